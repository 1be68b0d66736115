// Package abi is what the kernel and programs agree on about Gossamer's own calls for LWPs: the
// numbers, the flags and the structures, in one table that both sides use. It is constants and
// types only. Names, semantics and errors are NetBSD's (_lwp_create(2) and its kin), and package
// sys documents them where programs call them.
//
//	1024 …   LWPs: this package
//	1050     traces: this package
//	1100 …   activations: package sa
//	1900 …   the machine, tests
package abi

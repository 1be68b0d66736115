// Package trace records what the kernel does: which thread runs where and why it stopped, who
// woke whom, system calls, faults, interrupts. docs/trace.md tells how to make and read a trace.
//
// # Off and on
//
// Tracing is off unless Start is called, which the kernel does at boot if its command line says
// "trace". A place that records an event asks Active first, one load:
//
//	if tr := trace.Active(); tr != nil {
//		tr.Emit(trace.Exit, uint32(t.id), 0, 0)
//	}
//
// The path of a system call has not even that: tracing on, package ksyscall puts functions that
// record around the entries of its table, once, before any process exists.
//
// # Rings
//
// Events of a fixed size go into rings that keep the newest. A processor here is a dispatcher of
// package sched, for only that is stable in Go (an M, and with it its goroutine, may move between
// two instructions): each has a ring, and what is recorded by other goroutines (the one that
// hands interrupts on, above all) goes into one more, Outside. Names go into a ring of their own,
// lest they be overwritten. Interrupts are recorded by bare code, per hardware CPU: see
// goos.TraceInterrupts. Each event also has the number of the hardware CPU.
//
// A program of user threads has a ring of its own too, which package proc reads (AddSource): the
// kernel does not see its switches.
//
// Whose ring an event belongs to is found by the goroutine that records it: a kernel thread is
// one goroutine for all its life, and Switch and Begin say which one runs on which dispatcher.
//
// A ring may have many writers and is never locked. Events that were overwritten, or given up
// since their slot was just being written, are counted as lost.
//
// # More kinds
//
// A new kind is one constant and one line of kinds (kind.go). What makes JSON out of a trace
// (tools/tracejson) shows a kind that it has no rule for as an instant with its two words on the
// thread's track.
//
// Nothing is imported but the standard library: every package of the kernel may record.
// Read in the order kind.go, trace.go, ring.go, log.go, encode.go.
package trace

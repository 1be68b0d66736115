package ksyscall

import (
	"encoding/binary"
	"slices"
	"syscall"

	"gossamer/kernel/mem"
	"gossamer/proc"
)

// clone(2) and clone3(2): what they take. What they do is proc's.

// Exit signals and the flags that callers may combine. A process shares its parent's address
// space or nothing.
const (
	cloneSignal  = 0xff
	cloneProcess = proc.CloneVM | proc.CloneVfork | proc.CloneClearSighand | cloneTIDs
	cloneLWP     = proc.CloneLWP | proc.CloneSysvsem | proc.CloneDetached | cloneTIDs
	cloneTIDs    = proc.CloneSetTLS | proc.CloneParentSetTID | proc.CloneChildSetTID | proc.CloneChildClrTID
	cloneLegacy  = 1<<32 - 1 // flags that clone(2) can be told
)

func clone(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	o := proc.CloneOptions{Flags: a[0] &^ cloneSignal, Stack: a[1], ParentTID: a[2], ChildTID: a[3], TLS: a[4]}
	if o.Flags > cloneLegacy {
		return 0, syscall.EINVAL
	}
	return cloneWith(l, o, a[0]&cloneSignal)
}

func cloneWith(l *proc.LWP, o proc.CloneOptions, signal uint64) (uint64, syscall.Errno) {
	isLWP := o.Flags&proc.CloneThread != 0
	switch {
	case isLWP && (o.Flags&proc.CloneLWP != proc.CloneLWP || o.Flags&^uint64(cloneLWP) != 0),
		!isLWP && (o.Flags&^uint64(cloneProcess) != 0 || signal != uint64(syscall.SIGCHLD)):
		return 0, syscall.EINVAL
	case o.Flags&proc.CloneSetTLS != 0 && o.TLS >= userEnd:
		return 0, syscall.EPERM
	case isLWP:
		id, errno := l.NewLWP(o)
		return uint64(id), errno
	}
	id, errno := l.Fork(o)
	return uint64(id), errno
}

// Where struct clone_args has its fields, of 8 bytes each, and the size of its first version.
const (
	argFlags     = 0
	argChildTID  = 16
	argParentTID = 24
	argSignal    = 32
	argStack     = 40
	argStackSize = 48
	argTLS       = 56
	argSetTID    = 64
	argSetTIDLen = 72
	argsFirst    = 64
	argsKnown    = 88
)

// clone3 knows the fields of all versions of its structure; what would choose numbers, cgroups
// or pidfds is EINVAL. E2BIG: the structure is too long, or has something behind what is known.
func clone3(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	size := a[1]
	switch {
	case size > mem.PageSize:
		return 0, syscall.E2BIG
	case size < argsFirst:
		return 0, syscall.EINVAL
	}
	b := make([]byte, max(size, argsKnown))
	if err := l.Space().CopyIn(b[:size], mem.VirtAddr(a[0])); err != nil {
		return result(err)
	}
	if slices.ContainsFunc(b[argsKnown:], func(c byte) bool { return c != 0 }) {
		return 0, syscall.E2BIG
	}
	field := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	o := proc.CloneOptions{Flags: field(argFlags), ParentTID: field(argParentTID), ChildTID: field(argChildTID), TLS: field(argTLS)}
	signal, stack, stackSize := field(argSignal), field(argStack), field(argStackSize)
	switch {
	case field(argSetTID) != 0 || field(argSetTIDLen) != 0,
		o.Flags&(proc.CloneDetached|cloneSignal) != 0,
		signal > proc.NSIG,
		o.Flags&proc.CloneThread != 0 && signal != 0,
		(stack == 0) != (stackSize == 0),
		stack >= userEnd || stackSize > userEnd-stack:
		return 0, syscall.EINVAL
	}
	o.Stack = stack + stackSize
	return cloneWith(l, o, signal)
}

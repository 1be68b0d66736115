package ktest

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/kernel/frame"
	"gossamer/kernel/sched"
)

// panics runs f and reports an error unless it ends in a run-time panic that says want.
func panics(want string, f func()) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		r := recover()
		e, ok := r.(runtime.Error)
		switch {
		case r == nil:
			err = errors.New("nothing happened")
		case !ok:
			err = fmt.Errorf("panic with %v, which is no runtime.Error", r)
		case !strings.Contains(e.Error(), want):
			err = fmt.Errorf("panic says %q, not %q", e.Error(), want)
		}
	}()
	f()
	return nil
}

//go:noinline
func load(p uintptr) byte { return *(*byte)(unsafe.Pointer(p)) }

//go:noinline
func store(p uintptr) { *(*byte)(unsafe.Pointer(p)) = 0xcc }

func nilDereference(*sched.Thread) error {
	return panics("nil pointer dereference", func() { load(8) })
}

func divisionByZero(*sched.Thread) error {
	zero := len(garbage[:0])
	return panics("integer divide by zero", func() { store(uintptr(1 / zero)) })
}

func wildPointer(*sched.Thread) error {
	const nothing = amd64.DirectBase + 0x7fff_0000_0000
	return errors.Join(
		panics("invalid memory address", func() { load(nothing) }),
		panics("invalid memory address", func() { store(nothing) }),
		panics("", func() { load(0x8000_0000_0000_0000 >> 1) })) // not canonical
}

func indexOutOfRange(*sched.Thread) error {
	s := make([]byte, 3)
	i := 3 + len(garbage[:0])
	return panics("index out of range", func() { s[i] = 1 })
}

// Can kernel Go read what a program has mapped? With SMAP it cannot, though the program's
// address space is loaded; without, the CPU has no means to tell.
func userMemory(*sched.Thread) error {
	if !amd64.Has.SMAP {
		return nil
	}
	return panics("invalid memory address", func() { load(0x400000) })
}

// Are the kernel's code and constants safe from stray stores, by their own addresses and by
// the direct map's?
func textReadOnly(*sched.Thread) error {
	text := **(**uintptr)(unsafe.Pointer(&probe)) // a func value points to its code's address
	constant := uintptr(unsafe.Pointer(unsafe.StringData(message)))
	var errs []error
	for _, p := range []uintptr{text, constant} {
		errs = append(errs,
			panics("invalid memory address", func() { store(p) }),
			panics("invalid memory address", func() { store(p - amd64.ImageBase + amd64.DirectBase) }))
	}
	return errors.Join(errs...)
}

var probe = load

const message = "a constant of the kernel"

// Is there a page in the kernel's half that is both writable and executable?
func writeXorExecute(*sched.Thread) error {
	if !amd64.Has.NX {
		return nil
	}
	bad, pages := uintptr(0), 0
	visit(amd64.KernelRoot(), 4, 0, func(va uintptr, e amd64.PTE) {
		pages++
		if e&amd64.Writable != 0 && e&amd64.NX == 0 {
			bad = va
		}
	})
	if bad != 0 {
		return fmt.Errorf("%#x is writable and executable", bad)
	}
	if pages < 100 {
		return fmt.Errorf("found only %d pages", pages)
	}
	return nil
}

// visit calls f for every page of the kernel's half.
func visit(table frame.Addr, level int, base uintptr, f func(uintptr, amd64.PTE)) {
	entries := (*[512]amd64.PTE)(unsafe.Pointer(table.Ptr()))
	for i, e := range entries {
		if e&amd64.Present == 0 || level == 4 && i < 256 {
			continue
		}
		va := base | uintptr(i)<<(12+9*(level-1))
		if level == 4 {
			va |= 0xffff << 48
		}
		if level == 1 || e&amd64.Large != 0 {
			f(va, e)
			continue
		}
		visit(e.Addr(), level-1, va, f)
	}
}

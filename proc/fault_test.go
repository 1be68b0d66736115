package proc_test

import (
	"strings"
	"syscall"
	"testing"

	"gossamer/lwp"
	"gossamer/proc"
	"gossamer/proc/proctest"
)

// Does a fault end the program with a report that names it, the address and the instruction;
// can it be caught; and does blocking or ignoring it not help?
func TestFaults(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		u.Fork(func(u *user) { u.Load(0x10, 1) })
		if _, st := u.Wait(-1, 0); st != uint32(syscall.SIGSEGV) {
			t.Errorf("status %#x", st)
		}
		for _, want := range []string{"pid 2 (init): SIGSEGV: read of 0x10 at 0x4", "(page not present): nop  [90]", "rip "} {
			if !strings.Contains(k.Log(), want) {
				t.Errorf("report lacks %q:\n%s", want, k.Log())
			}
		}
		u.Fork(func(u *user) { u.Store(0x400000, []byte{1}) }) // text
		if _, st := u.Wait(-1, 0); st != uint32(syscall.SIGSEGV) {
			t.Errorf("write to text: status %#x", st)
		}
		fpe := lwp.FaultInfo{Signal: syscall.SIGFPE, Code: 1, Text: "division error"}
		for _, spoil := range []func(u *user){
			func(u *user) { procmask(u, 2, ^uint64(0)) },
			func(u *user) { sigaction(u, 8, proc.SigIgn, 0, 0) },
		} {
			u.Fork(func(u *user) { spoil(u); u.Fault(fpe); u.Exit(0) })
			if _, st := u.Wait(-1, 0); st != uint32(syscall.SIGFPE) {
				t.Errorf("blocked or ignored: status %#x", st)
			}
		}
		caught := false
		sigaction(u, 8, k.Handler(func(u *user, sig int, info []byte) { caught = true }), 0, 0)
		u.Fault(fpe)
		if !caught {
			t.Error("not caught")
		}
	})
}

// Does a panic in a call end that process, log a traceback, and leave the kernel going?
func TestPanicInCallKillsCaller(t *testing.T) {
	k := proctest.New(t)
	k.Sys.Calls[1901] = func(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
		return a[(*a)[0]], 0
	}
	k.Run(func(u *user) {
		u.Fork(func(u *user) { u.Call(1901, 6); u.Exit(0) })
		if _, st := u.Wait(-1, 0); st != uint32(syscall.SIGSYS) {
			t.Errorf("status %#x", st)
		}
		for _, want := range []string{"pid 2 (init): SIGSYS: panic in the kernel, in or after call 1901: runtime error: index out of range", "goroutine "} {
			if !strings.Contains(k.Log(), want) {
				t.Errorf("log lacks %q:\n%s", want, k.Log())
			}
		}
	})
}

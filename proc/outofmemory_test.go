package proc_test

import (
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"gossamer/kernel/frame"
	"gossamer/proc/proctest"
)

// Is process 1 spared, at the cost of the largest other process, when memory is used up?
func TestOutOfMemorySparesInit(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		fill := func(u *user, size uint64) {
			at := uint64(u.Call(9, 0, size, 3, 0x22, ^uint64(0), 0))
			for i := uint64(0); i < size; i += 4096 {
				u.Store(at+i, []byte{1})
			}
		}
		var ready atomic.Bool
		u.Fork(func(u *user) { u.Call(34) })
		hog := u.Fork(func(u *user) { fill(u, 16<<20); ready.Store(true); u.Call(34) })
		for !ready.Load() {
			u.Call(24)
		}
		fill(u, 20<<20)
		if id, st := u.Wait(-1, 0); id != hog || st != 9 {
			t.Errorf("%d ended with %#x, want %d", id, st, hog)
		}
	})
}

// Does a process that no frame is left for die alone?
func TestOutOfMemoryKills(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		u.Fork(func(u *user) {
			at := uint64(u.Call(9, 0, 1<<30, 3, 0x22, ^uint64(0), 0))
			for i := uint64(0); ; i += 4096 {
				u.Store(at+i, []byte{1})
			}
		})
		if _, st := u.Wait(-1, 0); st != uint32(syscall.SIGKILL) {
			t.Errorf("status %#x", st)
		}
		if !strings.Contains(k.Log(), "pid 2 (init): killed: out of memory") {
			t.Errorf("log:\n%s", k.Log())
		}
	})
}

// Is a page fault that finds no frame tried again when the kernel's heap gave some back, and is
// the process killed when it has no more?
func TestOutOfMemoryReclaims(t *testing.T) {
	k := proctest.New(t)
	const hoarded = 100
	asked := 0
	var frames []frame.Frame
	k.Hoard = func() bool {
		asked++
		if len(frames) == 0 {
			return false
		}
		for _, f := range frames {
			k.Mem.Free(f)
		}
		frames = nil
		return true
	}
	k.Run(func(u *user) {
		for range hoarded {
			f, _ := k.Mem.Alloc()
			frames = append(frames, f)
		}
		u.Fork(func(u *user) {
			at := uint64(u.Call(9, 0, 1<<30, 3, 0x22, ^uint64(0), 0))
			for i := uint64(0); ; i += 4096 {
				u.Store(at+i, []byte{1})
			}
		})
		if _, st := u.Wait(-1, 0); st != uint32(syscall.SIGKILL) {
			t.Errorf("status %#x", st)
		}
	})
	if asked != 2 {
		t.Errorf("the heap was asked %d times, not once while it could give and once after", asked)
	}
}

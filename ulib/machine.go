//go:build !explore

package ulib

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
)

// The machine under the scheduler. Its other form, for exploring interleavings on a host, is
// behind the build tag explore.

// enter begins a critical section: no upcall and no switch until leave, or a switch to another
// thread, ends it. Only then is it known which VP this is.
func enter() *VP

// leave ends a critical section. By the time it looks at pending the thread may run on another
// VP: then a yield too many does no harm, and the kernel has seen to the first VP.
func (v *VP) leave() {
	v.disabled = 0
	if v.pending != 0 {
		look()
	}
}

// swtch leaves the thread that calls for another, in a critical section, which ends; unlock is
// released once the caller's context is whole. It returns when somebody switches back.
//
//go:noescape
func swtch(to *thread, unlock *lock)

// toScheduler leaves the thread that calls for the VP's scheduler.
//
//go:noescape
func toScheduler(unlock *lock)

// threadEntry is where a thread begins, schedulerEntry where a VP's scheduler does: what their
// stacks return to first.
func threadEntry() uintptr
func schedulerEntry() uintptr

// self is the thread that calls, from its own point of view: no critical section is needed.
func self() *thread

// become makes t what self returns.
//
//go:noescape
func become(t *thread)

// pause tells the CPU that this is a loop that spins.
func pause()

// point marks a place where another VP may get in between. See explore_test.go.
func point() {}

// release frees a lock: amd64 keeps stores in order.
func (l *lock) release() { l.word = 0 }

// put stores a pointer to a thread. None of them is the garbage collector's, so no write barrier
// is wanted.
func put(p **thread, t *thread) { *(*uintptr)(unsafe.Pointer(p)) = uintptr(unsafe.Pointer(t)) }

const archSetGS = 0x1001

// setGS makes v the VP of the LWP that calls: arch_prctl(2), ARCH_SET_GS.
func setGS(v *VP) sys.Errno {
	return sys.Err(sys.Syscall2(syscall.SYS_ARCH_PRCTL, archSetGS, uintptr(unsafe.Pointer(v))))
}

// prepare makes t's stack one that threadEntry has not run on yet.
func (t *thread) prepare() {
	t.sp = uintptr(unsafe.Pointer(t)) - 16
	*(*uintptr)(unsafe.Pointer(t.sp)) = threadEntry()
}

// Now is the monotonic clock in nanoseconds: what deadlines are given in. It makes a system call.
func Now() int64 { return sys.Now() }

// ticks is a clock that costs nothing to read; how fast it is does not matter much.
func ticks() uint64 { return sys.RDTSC() }

// forkProcess is fork(2); lwpNumber is gettid(2).
func forkProcess() (pid int, e Errno) { return sys.Fork() }
func lwpNumber() int                  { return sys.Gettid() }

// exitProcess is for the last thread.
func exitProcess() { sys.Exit(0) }

const lingers = 8000 // cycles that a VP looks around before it sleeps

const spins = 200 // before one asks whether the holder has a CPU at all

// spin takes the lock, which the VP numbered old-1 was found to hold.
func (l *lock) spin(v *VP, old uint32) {
	for {
		atomic.CompareAndSwapUint32(&l.word, v.number1, old)
		for n := 0; atomic.LoadUint32(&l.word) != 0; n++ {
			pause()
			if n == spins {
				n = 0
				giveWay(old)
			}
		}
		if old = atomic.SwapUint32(&l.word, v.number1); old == 0 {
			return
		}
	}
}

// upcallAddresses are where upcalls enter, and the bounds of the resume range.
func upcallAddresses() (entry, low, high uintptr)

// resumeSlot goes on with the thread in the slot that VP.slot names: U5. tls is its g.
//
//go:noescape
func resumeSlot(slot *sa.Slot, tls uintptr)

// unload copies a thread's registers from a slot to at, load back.
func unload(at uintptr, s *sa.Slot) { *(*slotContext)(unsafe.Pointer(at)) = *slotRegisters(s) }
func load(s *sa.Slot, from uintptr) { *slotRegisters(s) = *(*slotContext)(unsafe.Pointer(from)) }

func slotRegisters(s *sa.Slot) *slotContext { return (*slotContext)(unsafe.Pointer(&s.FX)) }

// kernel0, kernel1 and kernel2 are the calls of activations.
func kernel0(nr uintptr) uintptr       { return sys.Syscall0(nr) }
func kernel1(nr, a uintptr) uintptr    { return sys.Syscall1(nr, a) }
func kernel2(nr, a, b uintptr) uintptr { return sys.Syscall2(nr, a, b) }

// memory is of the kernel's: pages with zeros, or, on a host, with anything.
func memory(size uintptr) (uintptr, Errno) { return sys.MmapAnon(size) }

// private is the FS base of the LWP that calls.
func private() uintptr { return sys.LWPGetPrivate() }

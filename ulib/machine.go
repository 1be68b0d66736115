//go:build !explore

package ulib

import (
	"syscall"
	"unsafe"

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

//go:noescape
func semPost(s *Semaphore) Errno

//go:noescape
func semWait(s *Semaphore) Errno

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

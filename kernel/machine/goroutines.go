package machine

import (
	"runtime"
	"sync/atomic"
	"unsafe"

	"gossamer/arch/amd64"
)

// goyield is runtime.Gosched without a look at what other CPUs might run: the goroutine goes to the
// end of its own processor's queue.
//
//go:linkname goyield runtime.goyield
func goyield()

// runtimeSched is the address of runtime.sched.
func runtimeSched() uintptr

// Offsets in runtime.sched: the queue of goroutines that wait for any processor.
const (
	queueHead = 128
	queueSize = 144
)

var queued *atomic.Int32 // how many goroutines that are

// YieldToGo implements sched.Yielder. A kernel thread in user mode is to the runtime a goroutine that
// computes, so somebody has to see to its other ones. Those in the processor's own queue get their turn
// at a fraction of the cost of those that wait for any; the runtime itself would look at the latter in
// every 61st round only.
func (*Sched) YieldToGo() uint64 {
	before := amd64.RDTSC()
	if queued.Load() != 0 {
		runtime.Gosched()
	} else {
		goyield()
	}
	return amd64.RDTSC() - before
}

// FindQueue finds the runtime's queue, and panics if it is not where it should be: who calls Gosched
// is the only one in it while the next goroutine runs. It comes before sched.Start.
func FindQueue() {
	head := (*atomic.Uintptr)(unsafe.Pointer(runtimeSched() + queueHead))
	size := (*atomic.Int32)(unsafe.Pointer(runtimeSched() + queueSize))
	var found, over atomic.Bool
	for range 1000 { // another CPU may be faster
		me := current()
		go func() {
			found.Store(head.Load() == me && size.Load() == 1)
			over.Store(true)
		}()
		for !over.Swap(false) {
			runtime.Gosched()
		}
		if found.Load() {
			queued = size
			return
		}
	}
	panic("machine: runtime.sched is not as we know it")
}

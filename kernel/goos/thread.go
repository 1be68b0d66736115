package goos

import (
	"sync/atomic"
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/kernel/frame"
)

// maxThreads bounds the runtime's Ms: one per CPU, sysmon, the template thread, those
// that wait for interrupts, and what the runtime makes in haste.
const maxThreads = 4 * amd64.MaxCPU

// State of a thread.
type state uint32

const (
	free state = iota
	ready
	running
	waitFutex
	waitSleep
	waitPoll
	waitIRQ
)

// thread is one of the runtime's Ms. It fills a page frame of its own.
type thread struct {
	amd64.Regs // first: arch/amd64 knows it by this address

	id    uint64 // index in threads, from 1
	state state
	idle  uint32 // it is a CPU's idle thread
	cpu   uint64 // where it runs or last ran

	patient bool // it was in ring 3, or has used up a slice, when it became ready

	next, prev uintptr // neighbours in the ready queue, or in its futex bucket
	futex      uintptr // the word it waits for

	deadline  uint64 // in TSC ticks; 0 = none. In the sleeper list of CPU sleepCPU
	sleepCPU  uint64
	nextSleep uintptr

	altSP, altSize uint64 // the signal stack
	inSignal       uint64 // on it: one signal at a time
	savedFXLive    uint64

	pollEvents uint64 // user address of epoll_pwait's array

	_     [256]byte
	fx    [512]byte // FXSAVE images: the thread's, and the one a signal interrupted
	sigFX [512]byte
}

// threads has the address of each thread, by id; made on demand, kept for ever. Guarded by
// sched.
var (
	threads  [maxThreads + 1]uintptr
	nthreads uint64
)

func at(p uintptr) *thread { return (*thread)(unsafe.Pointer(p)) }

func (t *thread) addr() uintptr { return uintptr(unsafe.Pointer(t)) }

// current returns the thread that runs on c.
func current(c *amd64.CPU) *thread { return at(c.Cur()) }

// newThread returns a thread in state free, nil if there is no room for one more. sched
// is held, or there is only one CPU yet.
func newThread(cpu uint64) *thread {
	for i := uint64(1); i <= nthreads; i++ {
		if t := at(threads[i]); t.state == free && t.idle == 0 {
			return t
		}
	}
	if nthreads == maxThreads {
		return nil
	}
	f := frame.AllocReserve(int(cpu))
	if f == frame.None {
		return nil
	}
	clear(f.Bytes()[:])
	t := at(f.Ptr())
	t.FX = (uintptr(unsafe.Pointer(&t.fx)) + 15) &^ 15
	t.fx = amd64.FreshFX
	nthreads++
	t.id = nthreads
	threads[nthreads] = t.addr()
	return t
}

// newIdle returns the idle thread for c.
func newIdle(c *amd64.CPU) *thread {
	t := newThread(c.ID)
	t.idle = 1
	t.state = running
	t.cpu = c.ID
	t.FX = 0 // uses no SSE
	t.IP = uint64(amd64.IdleAddress())
	t.Flags = 0x202
	return t
}

// byID returns the thread with that id if it is alive.
func byID(id uint64) *thread {
	if id == 0 || id > nthreads {
		return nil
	}
	t := at(threads[id])
	if t.state == free || t.idle != 0 {
		return nil
	}
	return t
}

// spinLock is a lock for bare code. The zero value is open.
type spinLock struct{ word uint32 }

func (l *spinLock) lock(c *amd64.CPU) {
	for !atomic.CompareAndSwapUint32(&l.word, 0, 1) {
		for atomic.LoadUint32(&l.word) != 0 {
			c.PollFlush()
			amd64.Pause()
		}
	}
}

func (l *spinLock) unlock() { atomic.StoreUint32(&l.word, 0) }

var sched spinLock

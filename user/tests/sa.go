package main

import (
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
	"gossamer/user/upcall"
)

// A bare ulib, just enough to ask the kernel's side of activations questions: slot i is thread i's
// for good, a thread that leaves goes to its slot like one that the kernel has taken off, and there
// is one run queue under a spin lock. user/upcall and sa_amd64.s have the rest.

const (
	saThreads  = 16
	saStackLen = 64 << 10
	saRing     = 64
)

// Offsets for assembly.
const (
	saDisabled = sa.Disabled
	saPending  = sa.Pending
	saSelfAt   = sa.Self
)

func saClose()
func saOpen() (pending uint32)
func saSelf() *sa.VP
func saThreadAt() uintptr
func saLieGS(base uint64, rounds uintptr) uint64

// saTLS is what FS base points behind: compiled code finds its g there.
type saTLS struct {
	g    [80]uint64
	slot [2]uintptr
}

func (t *saTLS) base() uint64 {
	t.slot[0] = uintptr(unsafe.Pointer(&t.g))
	return uint64(uintptr(unsafe.Pointer(&t.slot[1])))
}

var (
	saReg   sa.Registration
	saTops  [sa.MaxVP]uint64
	saVPTLS [8]saTLS
	saTTLS  [saThreads]saTLS
	saArea  uintptr
	saLock  uint32 // VP + 1
	saQueue [saRing]uint32
	saHead  uint32
	saTail  uint32
	saKeep  [saThreads]uint32 // 1: it does not go to the run queue when it leaves
	saWhy   [8]uint32         // upcalls by reason
	saLast  [8]uint32         // the slot that they were about
	saEnds  int64             // deadline of sa_yield
	saIdles uint32            // sa_yields
	saHalt  uint32            // not 0: the handler of this VP + 1 spins
	saTakes bool              // the handler takes signals
)

func saPage() *sa.Process { return (*sa.Process)(unsafe.Pointer(saArea)) }
func saVP(vp int) *sa.VP  { return (*sa.VP)(unsafe.Pointer(saArea + sa.VPAt(vp))) }
func saSlot(s int) *sa.Slot {
	return (*sa.Slot)(unsafe.Pointer(saArea + sa.SlotAt(int(saReg.NVP), s)))
}

// saRegister registers and enables: the caller is thread 0 on VP 0.
func saRegister(nvp, nslot int) {
	saFill(nvp, nslot)
	ok(sys.Err(sys.Syscall1(sa.SysRegister, uintptr(unsafe.Pointer(&saReg)))), "sa_register")
	saArea = uintptr(saReg.Area)
	for i := range nvp {
		upcall.Prepare(saVP(i), saTops[i], saVPTLS[i].base(), saPage().Slots, saHandler)
	}
	saVP(0).Cur = 0
	atomic.StoreUint32(&saVP(0).Disabled, 0)
	ok(sys.Err(sys.Syscall0(sa.SysEnable)), "sa_enable")
}

// saFill prepares a registration.
func saFill(nvp, nslot int) {
	saReg = sa.Registration{Stacks: uint64(uintptr(unsafe.Pointer(&saTops))), NVP: uint32(nvp), NSlot: uint32(nslot)}
	upcall.Fill(&saReg)
	for i := range nvp {
		saTops[i] = uint64(anon(saStackLen)) + saStackLen
	}
}

// saGo makes thread t, which runs f(arg) and then ends.
func saGo(t int, f func(arg uintptr), arg uintptr) {
	s := saSlot(t)
	*s = sa.Slot{}
	s.IP, s.Flags = uint64(saThreadAt()), 0x202
	s.SP = uint64(anon(saStackLen)) + saStackLen - 64
	s.FS = saTTLS[t].base()
	s.R14 = uint64(uintptr(unsafe.Pointer(&saTTLS[t].g)))
	s.R12 = *(*uint64)(unsafe.Pointer(&f))
	s.AX = uint64(arg)
	s.FX[0], s.FX[1], s.FX[24], s.FX[25] = 0x7f, 3, 0x80, 0x1f
	saWakeThread(t)
}

// saWakeThread puts a thread into the run queue.
func saWakeThread(t int) {
	saClose()
	saAcquire()
	saPush(uint32(t))
	saRelease()
	sys.Syscall0(sa.SysWake)
	if saOpen() != 0 {
		saYield()
	}
}

// saYield lets other threads run.
func saYield() {
	saClose()
	upcall.Leave(saSlot(int(saSelf().Cur)))
}

// saPark is saYield without coming back before saWakeThread.
func saPark() {
	saClose()
	t := saSelf().Cur
	atomic.StoreUint32(&saKeep[t], 1)
	upcall.Leave(saSlot(int(t)))
}

// saExit ends the thread.
func saExit() {
	for {
		saPark()
	}
}

func saAcquire() {
	me := saSelf().Number + 1
	for n := 1; !atomic.CompareAndSwapUint32(&saLock, 0, me); n++ {
		if owner := atomic.LoadUint32(&saLock); owner != 0 && n%1000 == 0 {
			sys.Syscall1(sa.SysHandoff, uintptr(owner-1))
		}
	}
}

func saRelease() { atomic.StoreUint32(&saLock, 0) }

func saPush(t uint32) {
	saQueue[saTail%saRing] = t
	saTail++
}

// saHandler is every upcall (why as the kernel has it), and where threads go that leave (why 0,
// their slot) or resumptions that find something pending (why 0, no slot).
func saHandler(why, slot, vp uintptr) {
	v := saSelf()
	if v.Number != uint32(vp) || v.Disabled == 0 {
		fail("an upcall finds another VP, or enabled")
	}
	atomic.AddUint32(&saWhy[why&7], 1)
	atomic.StoreUint32(&saLast[why&7], uint32(slot))
	if why != 0 && (v.Why != uint32(why) || v.Wslot != uint32(slot) || v.Cur != sa.None) {
		fail("registers and page of an upcall differ")
	}
	for atomic.LoadUint32(&saHalt) == uint32(vp)+1 {
	}
	if saTakes && why == sa.Signal {
		saTakeSignal(uint32(slot))
	}
	for first := true; ; first = false {
		saAcquire()
		atomic.StoreUint32(&v.Pending, 0)
		seen := atomic.LoadUint32(&saPage().Posts)
		if first && why == 0 {
			saBack(v, uint32(slot))
		}
		saDrain()
		t := uint32(sa.None)
		if saHead != saTail {
			t = saQueue[saHead%saRing]
			saHead++
		}
		saRelease()
		if t != sa.None {
			atomic.StoreUint32(&v.Cur, t)
			upcall.Resume(saSlot(int(t)))
		}
		atomic.AddUint32(&saIdles, 1)
		e := sys.Err(sys.Syscall2(sa.SysYield, uintptr(seen), uintptr(saEnds)))
		if e != 0 && e != sys.EAGAIN && e != sys.ETIMEDOUT {
			fail("sa_yield")
		}
	}
}

// saBack takes back the thread that this VP ran or was about to run.
func saBack(v *sa.VP, slot uint32) {
	t := v.Cur
	atomic.StoreUint32(&v.Cur, sa.None)
	switch {
	case slot == sa.None:
		saHead--
		saQueue[saHead%saRing] = t
	case atomic.SwapUint32(&saKeep[t], 0) == 0:
		saPush(t)
	}
}

// saDrain takes the ready list, oldest first.
func saDrain() {
	var got [saThreads]uint32
	n := 0
	for head := atomic.SwapUint32(&saPage().Ready, 0); head != 0; n++ {
		got[n] = head - 1
		head = saSlot(int(head - 1)).Next
	}
	for n--; n >= 0; n-- {
		saPush(got[n])
	}
}

// saStatNow is sa_stat.
func saStatNow() (s sa.Stat) {
	ok(sys.Err(sys.Syscall1(sa.SysStat, uintptr(unsafe.Pointer(&s)))), "sa_stat")
	return s
}

// saConcurrency is sa_setconcurrency.
func saConcurrency(n int) int {
	got, e := sys.Result(sys.Syscall1(sa.SysSetConcurrency, uintptr(n)))
	ok(e, "sa_setconcurrency")
	return got
}

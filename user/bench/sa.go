package main

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
	"gossamer/user/upcall"
)

// Activations without ulib: what the kernel's part of a block and of its end costs. A thread reads
// from an empty pipe; the upcall stands for the thread that runs then, and writes.

const saStackLen = 64 << 10

var (
	saArea  uintptr
	saPipe  [2]int32
	saByte  byte
	saStart uint64 // when the thread blocked
	saWrote uint64 // when the other began to write
	saSum   [2]uint64
)

// saUpcall is every upcall: the thread is in the kernel. What can be is of no more use when this
// never returns: the VP's stack is its own each time.
//
//go:nosplit
func saUpcall(why, _, _ uintptr) {
	v := (*sa.VP)(unsafe.Pointer(saArea + sa.VPAt(0)))
	p := (*sa.Process)(unsafe.Pointer(saArea))
	switch why {
	case 0: // as it was about to resume the thread
		v.Pending = 0
		upcall.Resume(saSlot(v.Cur))
	case sa.Blocked:
		saSum[0] += sys.RDTSC() - saStart
		saWrote = sys.RDTSC()
		sys.Syscall3(syscall.SYS_WRITE, uintptr(saPipe[1]), uintptr(unsafe.Pointer(&saByte)), 1)
	}
	for {
		seen := atomic.LoadUint32(&p.Posts)
		if head := atomic.SwapUint32(&p.Ready, 0); head != 0 {
			v.Cur, v.Pending = head-1, 0
			upcall.Resume(saSlot(v.Cur))
		}
		sys.Syscall2(sa.SysYield, uintptr(seen), 0)
	}
}

func saSlot(s uint32) *sa.Slot { return (*sa.Slot)(unsafe.Pointer(saArea + sa.SlotAt(1, int(s)))) }

// saRun blocks n times in a process of its own and returns the ticks from the call to the upcall
// (which 0), or from the other thread's write until the first goes on, with that call (which 1).
func saRun(n, which int) uint64 {
	shared, e := sys.Mmap(0, sys.PageSize, sys.PROT_READ|sys.PROT_WRITE, sys.MAP_SHARED|sys.MAP_ANONYMOUS, -1, 0)
	must(e, "mmap")
	result := (*uint64)(unsafe.Pointer(shared))
	pid, e := sys.Fork()
	must(e, "fork")
	if pid == 0 {
		saProcess(n)
		*result = saSum[which]
		sys.Exit(0)
	}
	var status sys.WaitStatus
	sys.Wait4(pid, &status, 0, nil)
	if status != 0 {
		must(sys.EIO, "activations")
	}
	ticks := *result
	sys.Munmap(shared, sys.PageSize)
	return ticks
}

func saProcess(n int) {
	var fs, top uint64
	stack, e := sys.MmapAnon(saStackLen)
	must(e, "mmap")
	top = uint64(stack + saStackLen)
	r := sa.Registration{Stacks: uint64(uintptr(unsafe.Pointer(&top))), NVP: 1, NSlot: 2}
	upcall.Fill(&r)
	must(sys.Err(sys.Syscall1(sa.SysRegister, uintptr(unsafe.Pointer(&r)))), "sa_register")
	saArea = uintptr(r.Area)
	sys.Syscall2(158, 0x1003, uintptr(unsafe.Pointer(&fs))) // arch_prctl(ARCH_GET_FS)
	v := (*sa.VP)(unsafe.Pointer(saArea + sa.VPAt(0)))
	upcall.Prepare(v, top, fs, (*sa.Process)(unsafe.Pointer(saArea)).Slots, saUpcall)
	v.Cur, v.Disabled = 0, 0
	must(sys.Err(sys.Syscall0(sa.SysEnable)), "sa_enable")
	must(sys.Pipe2(&saPipe, 0), "pipe2")
	for i := range n + 10 {
		if i == 10 {
			saSum = [2]uint64{}
		}
		saStart = sys.RDTSC()
		sys.Syscall3(syscall.SYS_READ, uintptr(saPipe[0]), uintptr(unsafe.Pointer(&saByte)), 1)
		saSum[1] += sys.RDTSC() - saWrote
	}
}

// A thread blocks in a system call: until the upcall runs.
func saBlockToProgress(n int) uint64 { return saRun(n, 0) }

// Another thread ends that block: from its call until the first one is back from its own.
func saUnblockToRun(n int) uint64 { return saRun(n, 1) }

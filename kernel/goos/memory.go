package goos

import (
	"sync/atomic"

	"gossamer/arch/amd64"
	"gossamer/kernel/frame"
)

// The runtime's memory: address space handed out upwards from HeapBase, backed by frames
// that are zeroed and mapped at the first touch, and unmapped by munmap and MADV_DONTNEED
// (the allocator takes a scavenged page to read as zero).
//
// Hints are not honoured: the runtime's lie in the lower half, which belongs to programs.
const (
	heapAlign = 64 << 20 // an arena: aligned, the runtime takes the first answer
)

var (
	memory  spinLock
	heapTop uint64 = amd64.HeapBase

	// heapFrames counts the frames behind the runtime's memory. It changes under memory.
	heapFrames atomic.Uint64
)

func mmap(c *amd64.CPU, addr, size, flags uint64) uint64 {
	size = (size + frame.Size - 1) &^ (frame.Size - 1)
	if flags&mapFixed != 0 {
		release(c, addr, size) // MAP_FIXED over old memory reads as zero
		return addr
	}
	memory.lock(c)
	at := heapTop
	if size >= 1<<20 {
		at = (at + heapAlign - 1) &^ (heapAlign - 1)
	}
	ok := size != 0 && size <= amd64.HeapEnd-at
	if ok {
		heapTop = at + size
	}
	memory.unlock()
	if !ok {
		return errno(enomem)
	}
	return at
}

// unreserve takes back address space from the top, where the runtime trims what it
// reserved.
func unreserve(c *amd64.CPU, addr, size uint64) {
	size = (size + frame.Size - 1) &^ (frame.Size - 1)
	memory.lock(c)
	if addr+size == heapTop && addr >= amd64.HeapBase {
		heapTop = addr
	}
	memory.unlock()
}

// populate backs the page at va, if it is the runtime's, and reports whether it is.
func populate(c *amd64.CPU, va uintptr) bool {
	if va < amd64.HeapBase || va >= amd64.HeapEnd {
		return false
	}
	memory.lock(c)
	if uint64(va) >= heapTop {
		memory.unlock()
		return false
	}
	for {
		e, level := amd64.Walk(amd64.KernelRoot(), va)
		if level == 1 && *e&amd64.Present != 0 {
			break // another CPU was first
		}
		f := frame.AllocReserve(int(c.ID))
		if f == frame.None {
			memory.unlock()
			fatal(c, "out of memory: the kernel's heap needs a frame and the reserve is empty", uint64(va), heapFrames.Load(), 0)
		}
		clear(f.Bytes()[:])
		heapFrames.Add(1)
		if level == 1 {
			*e = amd64.PTE(f.Addr()) | amd64.Present | amd64.Writable | amd64.KernelGlobal() | amd64.NXBit
			break
		}
		amd64.Link(e, f.Addr(), false)
	}
	memory.unlock()
	return true
}

// populateRange does so for every page of [va, va+n) that is the runtime's, before bare
// code touches it, where a fault would be the end.
func populateRange(c *amd64.CPU, va, n uintptr) {
	for p := va &^ (frame.Size - 1); p < va+n; p += frame.Size {
		if p >= amd64.HeapBase && p < amd64.HeapEnd {
			if e, level := amd64.Walk(amd64.KernelRoot(), p); level != 1 || *e&amd64.Present == 0 {
				populate(c, p)
			}
		}
	}
}

// releaseBatch is how many pages share one TLB shootdown.
const releaseBatch = 64

// release gives back the frames behind [addr, addr+size), which will read as zero.
func release(c *amd64.CPU, addr, size uint64) {
	if addr < amd64.HeapBase || addr >= amd64.HeapEnd || size > amd64.HeapEnd-addr {
		return
	}
	var batch [releaseBatch]frame.Frame
	va, end := uintptr(addr)&^(frame.Size-1), uintptr(addr+size)
	for va < end {
		n := 0
		from := va
		memory.lock(c)
		for va < end && n < releaseBatch {
			e, level := amd64.Walk(amd64.KernelRoot(), va)
			if level > 1 {
				va = (va + amd64.Span(level)) &^ (amd64.Span(level) - 1)
				continue
			}
			if *e&amd64.Present != 0 {
				batch[n] = e.Addr().Frame()
				n++
				*e = 0
			}
			va += frame.Size
		}
		heapFrames.Add(^uint64(n) + 1)
		memory.unlock()
		if n == 0 {
			continue
		}
		amd64.Flush(c, 0, from, uint64((min(va, end)-from)/frame.Size))
		for _, f := range batch[:n] {
			frame.Free(int(c.ID), f)
		}
	}
}

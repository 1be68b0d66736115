package ulib

import (
	"math/bits"
	"unsafe"

	"gossamer/ulib/sys"
)

// Memory comes in sizes that are powers of two, each with a list of free pieces; more than that
// from the kernel, directly. Before each piece stands its size's logarithm, or its length.
const (
	minPiece  = 5  // logarithm, header included
	maxPiece  = 16 // beyond, the kernel's
	chunk     = 1 << 18
	headerLen = 16
)

type header struct {
	size  uintptr // of the piece, header included
	magic uintptr // allocated or freed, with the address
}

const (
	magicUsed = 0x616c6c6f63617465
	magicFree = 0x6672656564667265
)

// heap has a lock and a list for each size.
var heap [maxPiece + 1]struct {
	lock   lock
	free   uintptr // headers, linked by the word behind them
	unused uintptr
	end    uintptr
}

// Alloc returns the address of size bytes, aligned to 16, with any contents. malloc(3). EINVAL: 0
// bytes; ENOMEM. It is for threads: not for signal handlers.
func Alloc(size uintptr) (uintptr, Errno) {
	if size == 0 {
		return 0, sys.EINVAL
	}
	if size > 1<<46 {
		return 0, sys.ENOMEM
	}
	size += headerLen
	class := max(bits.Len(uint(size-1)), minPiece)
	if class > maxPiece {
		return allocPages(size)
	}
	h := &heap[class]
	v := enter()
	h.lock.acquire(v)
	p := h.free
	if p != 0 {
		h.free = *(*uintptr)(unsafe.Pointer(p + headerLen))
	} else {
		if h.unused == h.end {
			at, e := sys.MmapAnon(chunk)
			if e != 0 {
				h.lock.release()
				v.leave()
				return 0, sys.ENOMEM
			}
			h.unused, h.end = at, at+chunk
		}
		p = h.unused
		h.unused += 1 << class
	}
	*(*header)(unsafe.Pointer(p)) = header{1 << class, p ^ magicUsed}
	h.lock.release()
	v.leave()
	return p + headerLen, 0
}

func allocPages(size uintptr) (uintptr, Errno) {
	size = (size + sys.PageSize - 1) &^ (sys.PageSize - 1)
	p, e := sys.MmapAnon(size)
	if e != 0 {
		return 0, sys.ENOMEM
	}
	*(*header)(unsafe.Pointer(p)) = header{size, p ^ magicUsed}
	return p + headerLen, 0
}

// Free gives back what Alloc returned; 0 does nothing. free(3). EINVAL: it is not such an address,
// or it is free; other addresses may end the program.
func Free(at uintptr) Errno {
	if at == 0 {
		return 0
	}
	p := at - headerLen
	if p%headerLen != 0 {
		return sys.EINVAL
	}
	x := (*header)(unsafe.Pointer(p))
	if x.magic != p^magicUsed {
		return sys.EINVAL
	}
	if x.size > 1<<maxPiece {
		return sys.Munmap(p, x.size)
	}
	h := &heap[bits.Len(uint(x.size-1))]
	v := enter()
	h.lock.acquire(v)
	x.magic = p ^ magicFree
	*(*uintptr)(unsafe.Pointer(at)) = h.free
	h.free = p
	h.lock.release()
	v.leave()
	return 0
}

package ulib

import (
	"math/bits"
	"sync/atomic"
	"unsafe"

	"gossamer/ulib/sys"
)

// Sizes of stacks are powers of two, guard page, control block and slotRoom included.
const (
	MinStack     = 16 << 10
	DefaultStack = 64 << 10
	MaxStack     = 8 << 20

	minClass     = 14
	defaultClass = 16
	maxClass     = 23
)

// Stacks lie in one part of the address space, which starts at a multiple of its size: so it is
// easily told whether something is a control block. Each class has a part of that to itself, of which
// the kernel leaves out the lowest page of each stack (sys.MAP_GUARDED): the guard pages of a million
// stacks, for which a class has room up to the default one, are one region.
const (
	arenaBits  = 40
	arenaStart = 1 << arenaBits
	classBits  = 36
)

// defaultFree is the offset of the default class in stackPool.free, for assembly.
const defaultFree = 8 * defaultClass

// maxGuards bounds how many stacks get a guard page of their own where the kernel has no
// MAP_GUARDED, since each is a region. The others rely on the check that compiled Go makes at each call.
const maxGuards = 1000

const threadSize = unsafe.Sizeof(thread{})

// A stackPool is where stacks come from, each with its thread's control block. A stack that has
// been used is kept for the next thread that wants its size, the latest first, for its pages.
type stackPool struct {
	lock   lock
	free   [32]*thread // by the size's logarithm
	unused [32]uintptr // from here on, in the class's part; 0: that has no guard pages yet
	guards int         // made by mprotect
	newest *thread     // atomic: the control block made last
}

var pool stackPool

// partOf is where a class's part of the arena begins.
func partOf(class uint8) uintptr { return arenaStart + uintptr(class-minClass)<<classBits }

// reserveArena maps all of the arena: an ID of nobody's can be looked up then, whatever it is.
func reserveArena() Errno {
	_, e := sys.Mmap(arenaStart, 1<<arenaBits, sys.PROT_READ|sys.PROT_WRITE,
		sys.MAP_PRIVATE|sys.MAP_ANONYMOUS|sys.MAP_NORESERVE|sys.MAP_FIXED, -1, 0)
	return e
}

// open maps a class's part of the arena. Nothing is promised by that, so nothing but addresses is
// used up.
func (p *stackPool) open(class uint8) bool {
	low := partOf(class)
	flags := sys.MAP_PRIVATE | sys.MAP_ANONYMOUS | sys.MAP_NORESERVE | sys.MAP_FIXED
	if onGossamer {
		flags |= sys.MAP_GUARDED | int(class)<<sys.MAP_GUARDED_SHIFT
	}
	if _, e := sys.Mmap(low, 1<<classBits, sys.PROT_READ|sys.PROT_WRITE, flags, -1, 0); e != 0 {
		return false
	}
	p.unused[class&31] = low
	return true
}

// inArena reports whether a control block may be at an address.
func inArena(at uintptr) bool { return at>>arenaBits == 1 && (at+threadSize)&(MinStack-1) == 0 }

// last returns the control block made last; thread.older leads to all others.
func (p *stackPool) last() *thread {
	return (*thread)(pointer(atomic.LoadUintptr((*uintptr)(unsafe.Pointer(&p.newest)))))
}

// get takes a stack, nil if there is no room for one. The lock is held.
func (p *stackPool) get(class uint8) *thread {
	t := p.free[class&31]
	if t == nil {
		return p.carve(class)
	}
	put(&p.free[class&31], t.next)
	return t
}

// give gives a stack back. The lock is held.
func (p *stackPool) give(t *thread) {
	put(&t.next, p.free[t.class&31])
	put(&p.free[t.class&31], t)
}

// carve makes a stack of memory that has not been used yet.
func (p *stackPool) carve(class uint8) *thread {
	if p.unused[class&31] == 0 && !p.open(class) {
		return nil
	}
	low := p.unused[class&31]
	size := uintptr(1) << class
	if low == partOf(class)+1<<classBits {
		return nil
	}
	p.unused[class&31] = low + size
	bottom := low
	if onGossamer {
		bottom += sys.PageSize
	} else if p.guards < maxGuards && sys.Mprotect(low, sys.PageSize, sys.PROT_NONE) == 0 {
		p.guards++
		bottom += sys.PageSize
	}
	t := (*thread)(unsafe.Pointer(low + size - threadSize))
	t.g.lo = bottom
	t.g.hi = uintptr(unsafe.Pointer(t))
	t.g.reserve()
	t.g.split = throwSplit
	t.class = class
	t.generation = 1
	t.done, t.detached = true, true // until it begins
	put(&t.older, p.newest)
	atomic.StoreUintptr((*uintptr)(unsafe.Pointer(&p.newest)), uintptr(unsafe.Pointer(t)))
	return t
}

// classOf is the class of a stack of at least size bytes.
func classOf(size int) (class uint8, ok bool) {
	if size == 0 {
		return defaultClass, true
	}
	if size < 0 || size > MaxStack {
		return 0, false
	}
	return uint8(max(bits.Len(uint(size-1)), minClass)), true
}

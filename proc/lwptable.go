package proc

import (
	"sync/atomic"

	"gossamer/lwp"
)

// lwpTable finds LWPs by number, without a lock: numbers in blocks, and blocks where there are
// numbers in use.
type lwpTable struct {
	blocks [maxPID / lwpBlockSize]atomic.Pointer[lwpBlock]

	// Guarded by sys.mu.
	n    int // entries
	last int // the block that the last entry was made in, which is kept
}

const lwpBlockSize = 1024

type lwpBlock struct {
	lwps [lwpBlockSize]atomic.Pointer[LWP]
	used int // guarded by sys.mu
}

// find returns the LWP that has a number, nil if none has. It may be ending, or have ended
// (LWP.gone). Anybody may call it.
func (t *lwpTable) find(id lwp.ID) *LWP {
	if uint32(id) >= maxPID {
		return nil
	}
	b := t.blocks[id/lwpBlockSize].Load()
	if b == nil {
		return nil
	}
	return b.lwps[id%lwpBlockSize].Load()
}

// next returns the LWP with the least number above id for which want says yes, and that number; nil
// if there is none.
func (t *lwpTable) next(id lwp.ID, want func(*LWP) bool) (*LWP, lwp.ID) {
	for id = max(id+1, 0); id < maxPID; {
		b := t.blocks[id/lwpBlockSize].Load()
		if b == nil {
			id = (id/lwpBlockSize + 1) * lwpBlockSize
			continue
		}
		if l := b.lwps[id%lwpBlockSize].Load(); l != nil && want(l) {
			return l, id
		}
		id++
	}
	return nil, 0
}

// put enters an LWP under its number, which is free. sys.mu is held.
func (t *lwpTable) put(l *LWP) {
	i := int(l.ID / lwpBlockSize)
	b := t.blocks[i].Load()
	if b == nil {
		b = new(lwpBlock)
		t.blocks[i].Store(b)
	}
	b.lwps[l.ID%lwpBlockSize].Store(l)
	b.used++
	t.n++
	if t.last != i {
		was := t.last
		t.last = i
		t.prune(was)
	}
}

// remove frees an LWP's number, unless that is another's. sys.mu is held.
func (t *lwpTable) remove(id lwp.ID, l *LWP) {
	i := int(id / lwpBlockSize)
	b := t.blocks[i].Load()
	if b == nil || b.lwps[id%lwpBlockSize].Load() != l {
		return
	}
	b.lwps[id%lwpBlockSize].Store(nil)
	t.n--
	if b.used--; b.used == 0 {
		t.prune(i)
	}
}

// prune lets go of a block that is not used, unless the next number is likely to be in it.
func (t *lwpTable) prune(i int) {
	if b := t.blocks[i].Load(); b != nil && b.used == 0 && i != t.last {
		t.blocks[i].Store(nil)
	}
}

package mmu

import (
	"syscall"
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
)

// Operations on ranges of a PageTable. Their cost follows the tables and pages that exist,
// not the size of the range.

// next finds the first level 1 table that serves anything in [va, to). It returns the address
// at which to look into it, and the indices from there to the end of the range or table; nil
// if there is none.
func (p *PageTable) next(va, to uintptr) (t *amd64.Table, at uintptr, i, end int) {
	for va < to {
		t, missing := p.find(va)
		if t != nil {
			i = int(va >> 12 & 511)
			return t, va, i, int(min(512, uintptr(i)+(to-va+mem.PageSize-1)>>12))
		}
		shift := amd64.LevelShift(missing)
		va = (va>>shift + 1) << shift
	}
	return nil, to, 0, 0
}

// skip returns the index of t's first entry from i on that is not 0, or end.
func skip(t *amd64.Table, i, end int) int {
	const group = 16 // entries looked at together
	for i < end && t[i&511] == 0 {
		i++
		for i%group == 0 && i+group <= end {
			g := (*[group]amd64.PTE)(unsafe.Pointer(&t[i&511]))
			if g[0]|g[1]|g[2]|g[3]|g[4]|g[5]|g[6]|g[7]|
				g[8]|g[9]|g[10]|g[11]|g[12]|g[13]|g[14]|g[15] != 0 {
				break
			}
			i += group
		}
	}
	return i
}

// UnmapRange takes pages away, as many as out has room for.
func (p *PageTable) UnmapRange(from, to mem.VirtAddr, out []frame.Frame) (n int, next mem.VirtAddr) {
	if len(out) == 0 {
		return 0, from
	}
	first, last := uintptr(0), uintptr(0)
	va := uintptr(from)
	for n < len(out) {
		t, at, i, end := p.next(va, uintptr(to))
		if t == nil {
			va = uintptr(to)
			break
		}
		base := at &^ (1<<leafShift - 1)
		for i = skip(t, i, end); i < end && n < len(out); i = skip(t, i+1, end) {
			out[n] = frameOf(t[i])
			t[i] = 0
			last = base + uintptr(i)<<12
			if n == 0 {
				first = last
			}
			n++
		}
		va = base + uintptr(i)<<12
	}
	if n > 0 {
		p.stale(first, last+mem.PageSize)
	}
	return n, min(mem.VirtAddr(va), to)
}

// ProtectRange takes rights away.
func (p *PageTable) ProtectRange(from, to mem.VirtAddr, keep mem.Prot) {
	for va := uintptr(from); ; {
		t, at, i, end := p.next(va, uintptr(to))
		if t == nil {
			return
		}
		base := at &^ (1<<leafShift - 1)
		for i = skip(t, i, end); i < end; i = skip(t, i+1, end) {
			if e := reduced(t[i], keep); e != t[i] {
				t[i] = e
				p.stale(base+uintptr(i)<<12, base+uintptr(i+1)<<12)
			}
		}
		va = base + uintptr(end)<<12
	}
}

// CopyRange maps p's pages in dst too.
func (p *PageTable) CopyRange(dst mem.PageTable, from, to mem.VirtAddr, keep mem.Prot) (n int, err error) {
	other, ok := dst.(interface{ self() *PageTable })
	if !ok {
		return 0, syscall.EINVAL
	}
	d := other.self()
	for va := uintptr(from); ; {
		t, at, i, end := p.next(va, uintptr(to))
		if t == nil {
			return n, nil
		}
		base := at &^ (1<<leafShift - 1)
		if i = skip(t, i, end); i < end {
			dt := d.make(at)
			if dt == nil {
				return n, syscall.ENOMEM
			}
			for ; i < end; i = skip(t, i+1, end) {
				e := reduced(t[i], keep)
				if e != t[i] {
					t[i] = e
					p.stale(base+uintptr(i)<<12, base+uintptr(i+1)<<12)
				}
				frame.Ref(frameOf(e))
				dt[i] = e
				n++
			}
		}
		va = base + uintptr(end)<<12
	}
}

// Prune frees tables that serve [from, to) and nothing outside [floor, ceil).
func (p *PageTable) Prune(floor, from, to, ceil mem.VirtAddr) {
	if from >= to || to > userEnd {
		return
	}
	p.prune(p.root, 4, 0, uintptr(floor), uintptr(from), uintptr(to), uintptr(ceil))
}

// prune does so for the table at a, of level 2 or more, which begins to serve at base.
func (p *PageTable) prune(a frame.Addr, level int, base, floor, from, to, ceil uintptr) {
	t, shift := amd64.TableAt(a), amd64.LevelShift(level)
	for i := (max(from, base) - base) >> shift; i < 512; i++ {
		start := base + i<<shift
		if start >= to {
			return
		}
		e := t[i]
		if e&amd64.Present == 0 {
			continue
		}
		if start >= floor && start+1<<shift <= ceil {
			t[i] = 0
			if level > 2 {
				p.freeBelow(e.Addr(), level-1, 512)
			}
			p.bury(frameOf(e))
			// Flushing any page makes a CPU forget all upper-level entries it has
			// cached. SDM 3A 4.10.4.1.
			p.stale(start, start+mem.PageSize)
		} else if level > 2 {
			p.prune(e.Addr(), level-1, start, floor, from, to, ceil)
		}
	}
}

// freeBelow buries all tables that the first n entries of the table at a, of a level above
// 1, lead to.
func (p *PageTable) freeBelow(a frame.Addr, level, n int) {
	t := amd64.TableAt(a)
	for i := skip(t, 0, n); i < n; i = skip(t, i+1, n) {
		if level > 2 {
			p.freeBelow(t[i].Addr(), level-1, 512)
		}
		p.bury(frameOf(t[i]))
	}
}

// bury puts an unlinked table on the list of those that the next Flush frees.
func (p *PageTable) bury(f frame.Frame) {
	amd64.TableAt(f.Addr())[0] = amd64.PTE(p.dead.Addr())
	p.dead = f
	p.leaf = nil
	if p.n <= len(p.tables) {
		for i, g := range p.tables[:p.n] {
			if g == f {
				p.n--
				p.tables[i] = p.tables[p.n]
				break
			}
		}
	}
}

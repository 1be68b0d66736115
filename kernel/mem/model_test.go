package mem_test

import (
	"math/rand/v2"
	"syscall"
	"testing"

	"gossamer/kernel/mem"
	"gossamer/kernel/mem/memtest"
)

// The model: an address space is a map from page to what is there, and of a page's contents
// only one word is looked at.

// cell is a word that pages share.
type cell struct{ v uint64 }

// source is where the words of a mapping's pages come from until they are written to
// privately: a file or shared memory. Page numbers that are not there are beyond its end.
type words map[uint64]*cell

type modelPage struct {
	prot   mem.Prot
	shared bool
	own    *cell // written to privately; else
	from   words // nil for private anonymous memory
	index  uint64
}

type modelSpace struct {
	page       map[mem.VirtAddr]*modelPage
	start, brk mem.VirtAddr
}

func (s *modelSpace) fork() *modelSpace {
	c := &modelSpace{map[mem.VirtAddr]*modelPage{}, s.start, s.brk}
	for va, p := range s.page {
		q := *p
		if q.own != nil {
			q.own = &cell{p.own.v}
		}
		c.page[va] = &q
	}
	return c
}

// read returns the word of the page at va.
func (s *modelSpace) read(va mem.VirtAddr) (uint64, error) {
	p := s.page[va]
	switch {
	case p == nil || p.prot&mem.Read == 0:
		return 0, syscall.EFAULT
	case p.own != nil:
		return p.own.v, nil
	case p.from == nil:
		return 0, nil
	case p.from[p.index] == nil:
		return 0, syscall.EFAULT
	}
	return p.from[p.index].v, nil
}

func (s *modelSpace) write(va mem.VirtAddr, v uint64) error {
	p := s.page[va]
	switch {
	case p == nil || p.prot&mem.Write == 0:
		return syscall.EFAULT
	case p.own == nil && p.from != nil && p.from[p.index] == nil:
		return syscall.EFAULT
	case p.shared:
		p.from[p.index].v = v
	default:
		p.own = &cell{v}
	}
	return nil
}

// all tells whether f is true for all pages of a range; a page that is not there is nil.
func (s *modelSpace) all(at mem.VirtAddr, pages uint64, f func(*modelPage) bool) bool {
	for i := range mem.VirtAddr(pages) {
		if !f(s.page[at+i*page]) {
			return false
		}
	}
	return true
}

// pair is an address space and what it should be.
type pair struct {
	real  *mem.AddressSpace
	model *modelSpace
}

const (
	wordAt     = 256  // offset in its page of the word looked at
	modelPages = 1200 // pages used from base on: parts of four tables
	filePages  = 20
)

// check compares everything.
func (k *kind) check(p pair) {
	k.Helper()
	n := mem.VirtAddr(0)
	last := mem.VirtAddr(0)
	p.real.Regions(func(r mem.Region) {
		if r.Start < last || r.Start >= r.End || r.Start%page != 0 || r.End%page != 0 {
			k.Fatalf("region %#x to %#x after %#x", r.Start, r.End, last)
		}
		last = r.End
		for va := r.Start; va < r.End; va += page {
			m := p.model.page[va]
			if m == nil || m.prot != r.Prot || m.shared != r.Shared {
				k.Fatalf("at %#x: region %+v, model %+v", va, r, m)
			}
			n++
		}
	})
	if int(n) != len(p.model.page) {
		k.Fatalf("%d pages mapped, model has %d", n, len(p.model.page))
	}
	for va := range p.model.page {
		k.checkPage(p, va)
	}
}

func (k *kind) checkPage(p pair, va mem.VirtAddr) {
	k.Helper()
	v, err := get(p.real, va+wordAt)
	want, wantErr := p.model.read(va)
	if err != wantErr || err == nil && v != want {
		k.Fatalf("read at %#x: %#x, %v; want %#x, %v (%+v)", va, v, err, want, wantErr, p.model.page[va])
	}
}

func TestRandomUseFollowsTheModel(t *testing.T) {
	onBoth(t, 64<<20, func(k *kind) {
		r := rand.New(rand.NewPCG(4, 5))
		var files []*memtest.File
		var contents []words
		for i := range 3 {
			file := k.NewFile(filePages*page, uint64(i)<<32)
			w := words{}
			for j := range uint64(filePages) {
				w[j] = &cell{uint64(i)<<32 + j*page + wordAt}
			}
			files, contents = append(files, file), append(contents, w)
		}
		first := pair{k.space(), &modelSpace{page: map[mem.VirtAddr]*modelPage{}}}
		first.model.start = base - 100*page
		first.model.brk = first.model.start
		first.real.SetBrk(first.model.start)
		spaces := []pair{first}

		addr := func() mem.VirtAddr { return base + mem.VirtAddr(r.IntN(modelPages))*page }
		length := func() uint64 {
			if r.IntN(4) == 0 {
				return 1 + r.Uint64N(600)
			}
			return 1 + r.Uint64N(20)
		}
		prots := []mem.Prot{0, mem.Read, rw, rw, rw, mem.Read | mem.Exec}
		ops := 8000
		if testing.Short() {
			ops = 3000
		}
		for op := range ops {
			s := spaces[r.IntN(len(spaces))]
			at, n := addr(), length()
			switch c := r.IntN(100); {
			case c < 15: // mmap
				flags := mem.MapFlags(0)
				switch r.IntN(4) {
				case 0:
				case 1:
					flags = mem.FixedNoReplace
				default:
					flags = mem.Fixed
				}
				prot := prots[r.IntN(len(prots))]
				p := modelPage{prot: prot}
				var b mem.Backing
				var off uint64
				if r.IntN(2) == 0 {
					i := r.IntN(len(files))
					b, p.from = files[i], contents[i]
					off = r.Uint64N(filePages)
				} else {
					flags |= anon
				}
				if r.IntN(3) == 0 {
					flags |= mem.Shared
					p.shared = true
					if b == nil {
						p.from = words{}
						for i := range n {
							p.from[i] = &cell{}
						}
					}
				}
				if flags&(mem.Fixed|mem.FixedNoReplace) == 0 {
					at += 3 // a hint need not be aligned
				}
				got, err := s.real.Map(at, n*page-r.Uint64N(page), prot, flags, b, int64(off*page))
				at &^= page - 1
				free := s.model.all(at, n, func(p *modelPage) bool { return p == nil })
				if flags&mem.FixedNoReplace != 0 && !free {
					k.want(err, syscall.EEXIST)
					break
				}
				if err != nil {
					k.Fatal(err)
				}
				if got != at {
					if free || flags&mem.Fixed != 0 {
						k.Fatalf("mapped at %#x, not %#x", got, at)
					}
					if !s.model.all(got, n, func(p *modelPage) bool { return p == nil }) {
						k.Fatalf("%d pages mapped at %#x, which is in use", n, got)
					}
				}
				for i := range n {
					q := p
					q.index = off + i
					s.model.page[got+mem.VirtAddr(i)*page] = &q
				}
				if got != at && r.IntN(2) == 0 { // or they pile up
					k.want(s.real.Unmap(got, n*page), nil)
					for i := range n {
						delete(s.model.page, got+mem.VirtAddr(i)*page)
					}
				}
			case c < 22: // munmap
				k.want(s.real.Unmap(at, n*page), nil)
				for i := range n {
					delete(s.model.page, at+mem.VirtAddr(i)*page)
				}
			case c < 32: // mprotect
				prot := prots[r.IntN(len(prots))]
				err := s.real.Protect(at, n*page, prot)
				if !s.model.all(at, n, func(p *modelPage) bool { return p != nil }) {
					k.want(err, syscall.ENOMEM)
					break
				}
				k.want(err, nil)
				for i := range n {
					s.model.page[at+mem.VirtAddr(i)*page].prot = prot
				}
			case c < 37: // madvise
				err := s.real.Advise(at, n*page, mem.AdviseDontNeed)
				if !s.model.all(at, n, func(p *modelPage) bool { return p != nil }) {
					k.want(err, syscall.ENOMEM)
				} else {
					k.want(err, nil)
				}
				for i := range n {
					if p := s.model.page[at+mem.VirtAddr(i)*page]; p != nil {
						p.own = nil
					}
				}
			case c < 40: // brk
				to := s.model.start + mem.VirtAddr(r.IntN(110*page))
				up := func(a mem.VirtAddr) mem.VirtAddr { return (a + page - 1) &^ (page - 1) }
				was, will := up(s.model.brk), up(to)
				fits := will <= was || s.model.all(was, uint64(will-was)/page, func(p *modelPage) bool { return p == nil })
				want := s.model.brk
				if fits {
					want = to
				}
				if got := s.real.Brk(to); got != want {
					k.Fatalf("Brk(%#x) = %#x, want %#x", to, got, want)
				}
				if fits {
					for va := was; va < will; va += page {
						s.model.page[va] = &modelPage{prot: rw}
					}
					for va := will; va < was; va += page {
						delete(s.model.page, va)
					}
					s.model.brk = to
				}
			case c < 42 && len(spaces) < 6: // fork
				real, err := s.real.Fork()
				if err != nil {
					k.Fatal(err)
				}
				spaces = append(spaces, pair{real, s.model.fork()})
			case c < 43 && len(spaces) > 1: // exit
				i := r.IntN(len(spaces))
				k.check(spaces[i])
				destroy(spaces[i].real)
				spaces[i] = spaces[len(spaces)-1]
				spaces = spaces[:len(spaces)-1]
			case c < 75: // write
				v := r.Uint64()
				if err, want := put(s.real, at+wordAt, v), s.model.write(at, v); err != want {
					k.Fatalf("write at %#x: %v, want %v (%+v)", at, err, want, s.model.page[at])
				}
			default: // read
				k.checkPage(s, at)
			}
			if op%500 == 0 {
				for _, s := range spaces {
					k.check(s)
				}
			}
		}
		for _, s := range spaces {
			k.check(s)
			destroy(s.real)
		}
		for _, f := range files {
			k.want(f.Free(), nil)
		}
	})
}

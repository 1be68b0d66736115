package mem_test

import (
	"syscall"
	"testing"

	"gossamer/kernel/mem"
)

func (k *kind) pinned(pages int, onFork mem.ForkPinned) *mem.Pinned {
	k.Helper()
	p, err := mem.NewPinned(k, "[test]", pages, onFork)
	if err != nil {
		k.Fatal(err)
	}
	return p
}

// Do both sides see each other's writes, without a fault, and can the program not change it?
func TestPinned(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		p := k.pinned(3, mem.ForkNothing)
		at, err := as.MapPinned(p)
		k.want(err, nil)
		if as.RSS() != 3 {
			k.Errorf("%d pages present", as.RSS())
		}
		p.Bytes(2)[5] = 7
		var b [1]byte
		if as.PT().CopyIn(b[:], at+2*page+5); b[0] != 7 {
			k.Errorf("the program reads %d", b[0])
		}
		if as.PT().CopyOut(at+page, []byte{9}); p.Bytes(1)[0] != 9 {
			k.Errorf("the kernel reads %d", p.Bytes(1)[0])
		}
		below := k.mustMap(as, at-page, page, mem.Read|mem.Write, mem.Anonymous|mem.Fixed, nil, 0)
		for _, try := range []struct{ from, n mem.VirtAddr }{{at, page}, {at + 2*page, page}, {below, 2 * page}, {below, 4 * page}} {
			k.want(as.Unmap(try.from, uint64(try.n)), syscall.EPERM)
			_, err := as.Map(try.from, uint64(try.n), mem.Read, mem.Anonymous|mem.Fixed, nil, 0)
			k.want(err, syscall.EPERM)
		}
		k.want(as.Protect(at, page, mem.Read), syscall.EPERM)
		k.want(as.Protect(below, 2*page, mem.Read), syscall.EPERM)
		k.want(as.Advise(at, page, mem.AdviseDontNeed), syscall.EPERM)
		k.want(as.Advise(at, page, mem.AdviseNormal), nil)
		_, err = as.Map(at, page, mem.Read, mem.Anonymous|mem.FixedNoReplace, nil, 0)
		k.want(err, syscall.EEXIST)
		k.want(as.CopyOut(below, []byte{1}), nil) // nothing has happened to what is beside it
		if p.Bytes(1)[0] != 9 {
			k.Error("contents lost")
		}
		if as.UnmapPinned(below) || as.UnmapPinned(at+page) || !as.UnmapPinned(at) || as.UnmapPinned(at) {
			k.Error("UnmapPinned")
		}
		k.want(as.Fault(at, mem.Read), syscall.EFAULT)
		p.Bytes(0)[0] = 1 // still the owner's
		p.Drop()
		destroy(as)
	})
}

// Does a child of fork have nothing or a copy of its own, as the owner wants, whatever fails?
func TestPinnedFork(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		none, some := k.pinned(1, mem.ForkNothing), k.pinned(2, mem.ForkCopy)
		a, err := as.MapPinned(none)
		k.want(err, nil)
		b, err := as.MapPinned(some)
		k.want(err, nil)
		some.Bytes(1)[8] = 5
		child, err := as.Fork()
		k.want(err, nil)
		k.want(child.Fault(a, mem.Read), syscall.EFAULT)
		if child.PinnedAt(a) != nil || child.PinnedAt(b+page) != nil {
			k.Error("there is something")
		}
		p := child.PinnedAt(b)
		some.Bytes(1)[8] = 6
		if p.Bytes(1)[8] != 5 {
			k.Errorf("the child has %d", p.Bytes(1)[8])
		}
		k.want(child.CopyOut(b+page+8, []byte{4}), nil)
		if p.Bytes(1)[8] != 4 || some.Bytes(1)[8] != 6 {
			k.Error("not the child's own")
		}
		k.want(child.Unmap(b, page), syscall.EPERM)
		p.Drop()
		destroy(child)
		for n := 1; ; n++ { // each allocation fails in turn
			before := k.FreeFrames()
			k.FailAt(n)
			child, err := as.Fork()
			if err == nil {
				destroy(child)
				break
			}
			k.want(err, syscall.ENOMEM)
			if k.FreeFrames() != before {
				k.Fatalf("frames leaked at allocation %d", n)
			}
		}
		none.Drop()
		some.Drop()
		destroy(as)
	})
}

// Is nothing changed when there is no memory for it?
func TestPinnedWithoutMemory(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		for n := 1; ; n++ {
			before := k.FreeFrames()
			k.FailAt(n)
			p, err := mem.NewPinned(k, "[test]", 2, mem.ForkNothing)
			if err == nil {
				var at mem.VirtAddr
				at, err = as.MapPinned(p)
				p.Drop()
				if err == nil {
					as.UnmapPinned(at)
					if n < 3 {
						k.Errorf("done at allocation %d", n)
					}
					break
				}
			}
			k.want(err, syscall.ENOMEM)
			if k.FreeFrames() != before || as.RSS() != 0 {
				k.Fatalf("frames leaked at allocation %d", n)
			}
		}
		k.FailAt(0)
		destroy(as)
	})
}

package mem_test

import (
	"sync"
	"syscall"
	"testing"

	"gossamer/kernel/mem"
)

func TestForkSharesUntilOneWrites(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		at := k.mustMap(as, base, 4*page, rw, anon|mem.Fixed, nil, 0)
		for i := range mem.VirtAddr(3) {
			k.mustPut(as, at+i*page, 100+uint64(i))
		}
		child, err := as.Fork()
		if err != nil {
			k.Fatal(err)
		}
		f, _, _ := as.PT().Lookup(at)
		g, p, _ := child.PT().Lookup(at)
		if f != g || p != mem.Read || child.RSS() != 3 {
			k.Errorf("child has frame %#x %v, parent %#x; %d pages", g, p, f, child.RSS())
		}
		k.mustPut(as, at, 7)         // parent first
		k.mustPut(child, at+page, 8) // child first
		k.mustGet(child, at, 100)
		k.mustGet(as, at, 7)
		k.mustGet(as, at+page, 101)
		k.mustGet(child, at+page, 8)
		k.mustGet(child, at+2*page, 102)

		// The one that is left takes the frame over without a copy.
		f, _, _ = child.PT().Lookup(at)
		k.mustPut(child, at, 9)
		if g, _, _ := child.PT().Lookup(at); f != g {
			k.Error("a page that nobody else had was copied")
		}
		destroy(as)
		f, _, _ = child.PT().Lookup(at + 2*page)
		k.mustPut(child, at+2*page, 9)
		if g, _, _ := child.PT().Lookup(at + 2*page); f != g {
			k.Error("a page that the parent left was copied")
		}
		destroy(child)
	})
}

// What if one CPU copies a page that another has cached as readable?
func TestOtherCPUsSeeTheCopy(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		at := k.mustMap(as, base, page, rw, anon|mem.Fixed, nil, 0)
		k.mustPut(as, at, 1)
		child, err := as.Fork()
		if err != nil {
			k.Fatal(err)
		}
		k.mustGet(as, at, 1)
		k.want(as.Fault(at, mem.Write), nil)
		f, _, _ := as.PT().Lookup(at)
		k.Bytes(f)[0] = 2
		k.mustGet(as, at, 2)
		k.mustGet(child, at, 1)
		destroy(child)
		destroy(as)
	})
}

func TestSharedMemoryIsSeenByChildren(t *testing.T) {
	onBoth(t, 16<<20, func(k *kind) {
		as := k.space()
		const pages = 600 // a tree of two levels
		at := k.mustMap(as, base, pages*page, rw, anon|mem.Shared, nil, 0)
		k.mustPut(as, at, 1)
		child, err := as.Fork()
		if err != nil {
			k.Fatal(err)
		}
		for i := range mem.VirtAddr(pages) {
			k.mustPut(child, at+i*page, uint64(i)+5)
		}
		for i := range mem.VirtAddr(pages) {
			k.mustGet(as, at+i*page, uint64(i)+5)
		}
		k.want(as.Unmap(at+page, 3*page), nil)
		destroy(as)
		k.mustGet(child, at+2*page, 7)
		destroy(child)
	})
}

func TestPrivateFileMapping(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		file := k.NewFile(40*page-100, 0)
		as := k.space()
		at := k.mustMap(as, base, 60*page, rw, 0, file, 2*page)
		k.mustGet(as, at+8, 2*page+8)
		if as.RSS() != 16 {
			k.Errorf("%d pages after a read, want 16 by fault-around", as.RSS())
		}
		k.mustPut(as, at+8, 1)
		k.mustPut(as, at+30*page, 2)
		k.mustGet(as, at+8, 1)
		k.mustGet(as, at+16, 2*page+16)
		k.mustGet(as, at+30*page+8, 32*page+8)
		f, _ := file.Page(2)
		if b := f.Bytes(); b[8] != 8 {
			k.Error("a private write reached the file")
		}
		k.Free(f)
		k.mustGet(as, at+37*page, 39*page)
		k.mustGet(as, at+38*page-8, 0) // the last page's end
		k.want(as.Fault(at+38*page, mem.Read), mem.ErrBus)
		k.want(as.Fault(at+38*page, mem.Write), mem.ErrBus)
		_, err := get(as, at+38*page)
		k.want(err, syscall.EFAULT)
		k.want(file.Free(), syscall.EBUSY)
		destroy(as)
		k.want(file.Free(), nil)
	})
}

func TestSharedFileMapping(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		file := k.NewFile(4*page, 0)
		a, b := k.space(), k.space()
		at := k.mustMap(a, 0, 4*page, rw, mem.Shared, file, 0)
		bt := k.mustMap(b, 0, 2*page, mem.Read, mem.Shared|mem.DenyWrite, file, page)
		k.mustGet(b, bt, page)
		k.mustPut(a, at+page, 77)
		k.mustGet(b, bt, 77)
		k.want(put(b, bt, 1), syscall.EFAULT)
		k.want(b.Protect(bt, page, rw), syscall.EACCES)
		k.want(b.Protect(bt, page, 0), nil)
		destroy(a)
		destroy(b)
		k.want(file.Free(), nil)
	})
}

// Threads of one process, and its children, fault and write at the same time.
func TestConcurrentFaults(t *testing.T) {
	onBoth(t, 16<<20, func(k *kind) {
		as := k.space()
		const pages = 64
		at := k.mustMap(as, base, pages*page, rw, anon|mem.Fixed, nil, 0)
		var wg sync.WaitGroup
		for id := range mem.VirtAddr(4) {
			wg.Go(func() {
				for i := range mem.VirtAddr(pages) {
					put(as, at+i*page+8*id, uint64(id))
					if i%16 != 0 {
						continue
					}
					child, err := as.Fork()
					if err != nil {
						k.Error(err)
						return
					}
					put(child, at+8*id, 99)
					destroy(child)
				}
			})
		}
		wg.Wait()
		for id := range mem.VirtAddr(4) {
			for i := range mem.VirtAddr(pages) {
				k.mustGet(as, at+i*page+8*id, uint64(id))
			}
		}
		destroy(as)
	})
}

package mem_test

import (
	"syscall"
	"testing"

	"gossamer/kernel/mem"
	"gossamer/kernel/mem/memtest"
)

// every runs op until it succeeds, which it must at the second time if memory was short
// at the first, and fails the test on an error other than that.
func (k *kind) every(what string, op func() error) {
	k.Helper()
	err := op()
	if err == syscall.ENOMEM && k.Failed() {
		err = op()
	}
	if err != nil {
		k.Fatalf("%s: %v", what, err)
	}
}

// script does everything that takes memory. Whatever fails for want of memory is done again.
func (k *kind) script(file *memtest.File) {
	var as, child, grand *mem.AddressSpace
	k.every("New", func() (err error) { as, err = mem.New(k, k.newPT); return })
	at := mem.VirtAddr(0x3fffe000) // across a 1 GiB border
	maps := func(at mem.VirtAddr, p mem.Prot, flags mem.MapFlags, b mem.Backing) {
		k.Helper()
		k.every("Map", func() error { _, err := as.Map(at, 4*page, p, flags|mem.Fixed, b, 0); return err })
	}
	maps(at, rw, anon, nil)
	maps(at+4*page, rw, 0, file)
	maps(at+8*page, rw, mem.Shared, file)
	maps(at+12*page, rw, mem.Shared|anon, nil)
	maps(mem.UserMax-4*page, rw, anon|mem.GuardBelow, nil)
	write := func(as *mem.AddressSpace, va mem.VirtAddr, v uint64) {
		k.Helper()
		k.every("write", func() error { return put(as, va, v) })
	}
	read := func(as *mem.AddressSpace, va mem.VirtAddr, want uint64) {
		k.Helper()
		k.every("read", func() error {
			v, err := get(as, va)
			if err == nil && v != want {
				k.Errorf("at %#x: %#x, want %#x", va, v, want)
			}
			return err
		})
	}
	write(as, at, 1)
	write(as, at+2*page, 2)
	read(as, at+4*page+8, 8)
	write(as, at+5*page, 3)
	write(as, at+8*page, 4)
	write(as, at+12*page, 5)
	write(as, mem.UserMax-8, 6)
	k.every("Fork", func() (err error) { child, err = as.Fork(); return })
	k.every("Fork", func() (err error) { grand, err = child.Fork(); return })
	for i, s := range []*mem.AddressSpace{as, child, grand} {
		write(s, at+8, 10+uint64(i))
		read(s, at, 1)
		read(s, at+3*page, 0)
		write(s, mem.UserMax-16, 20+uint64(i))
		read(s, mem.UserMax-8, 6)
		read(s, at+5*page, 3)
		read(s, at+8*page, 4)
		write(s, at+13*page, 30+uint64(i))
	}
	k.every("Unmap", func() error { return as.Unmap(at, 8*page) })
	k.every("Protect", func() error { return child.Protect(at, 2*page, mem.Read) })
	for i, s := range []*mem.AddressSpace{child, grand} {
		read(s, at+8, 11+uint64(i))
		read(s, mem.UserMax-16, 21+uint64(i))
		read(s, at+13*page, 32)
	}
	destroy(child)
	destroy(as)
	read(grand, at+8, 12)
	destroy(grand)
}

// What if any one allocation fails?
func TestEveryAllocationMayFail(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		n := 1
		for ; ; n++ {
			file := k.NewFile(4*page, 0)
			k.FailAt(n)
			k.script(file)
			done := !k.Failed()
			k.FailAt(0)
			k.want(file.Free(), nil)
			k.CheckLeaks(k.free)
			if k.T.Failed() {
				k.Fatalf("when allocation %d failed", n)
			}
			if done {
				break
			}
		}
		if n < 30 {
			k.Errorf("only %d allocations", n)
		}
	})
}

// What if memory really runs out?
func TestMemoryHog(t *testing.T) {
	onBoth(t, 4<<20, func(k *kind) {
		as := k.space()
		at := k.mustMap(as, 0, 1<<30, rw, anon, nil, 0)
		var err error
		n := mem.VirtAddr(0)
		for ; err == nil; n += page {
			err = put(as, at+n, uint64(n))
		}
		k.want(err, syscall.ENOMEM)
		if _, err := as.Fork(); err != syscall.ENOMEM {
			k.Errorf("Fork without memory: %v", err)
		}
		for va := mem.VirtAddr(0); va < n-page; va += page {
			k.mustGet(as, at+va, uint64(va))
		}
		k.want(as.Unmap(at, 64*page), nil)
		child, err := as.Fork()
		k.want(err, nil)
		for va := mem.VirtAddr(64 * page); va < n-page; va += page {
			k.mustGet(child, at+va, uint64(va))
		}
		destroy(child)
		destroy(as)
	})
}

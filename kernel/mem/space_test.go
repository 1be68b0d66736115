package mem_test

import (
	"math"
	"strings"
	"syscall"
	"testing"

	"gossamer/kernel/mem"
)

const (
	rw   = mem.Read | mem.Write
	anon = mem.Anonymous
	base = mem.VirtAddr(0x40000000)
)

func TestAnonymousMemoryIsZeroAndSuppliedWhenTouched(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		defer destroy(as)
		at := k.mustMap(as, 0, 100*page, rw, anon, nil, 0)
		if as.RSS() != 0 {
			k.Errorf("%d pages before any touch", as.RSS())
		}
		k.mustGet(as, at, 0)
		k.mustGet(as, at+99*page+4088, 0)
		k.mustPut(as, at+50*page-4, 0x1122334455667788)
		k.mustGet(as, at+50*page-4, 0x1122334455667788)
		if as.RSS() != 4 {
			k.Errorf("%d pages, want 4", as.RSS())
		}
		k.want(as.Unmap(at, 100*page), nil)
		if as.RSS() != 0 {
			k.Errorf("%d pages after Unmap", as.RSS())
		}
		_, err := get(as, at)
		k.want(err, syscall.EFAULT)
	})
}

func TestRightsAreKept(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		defer destroy(as)
		at := k.mustMap(as, 0, page, mem.Read, anon, nil, 0)
		k.want(put(as, at, 1), syscall.EFAULT)
		k.want(as.Fault(at, mem.Exec), syscall.EACCES)
		k.mustGet(as, at, 0)
		k.want(put(as, at, 1), syscall.EFAULT)
		k.want(as.Protect(at, page, rw), nil)
		k.mustPut(as, at, 1)
		k.want(as.Protect(at, page, 0), nil)
		_, err := get(as, at)
		k.want(err, syscall.EFAULT)
		k.want(put(as, at, 2), syscall.EFAULT)
		k.want(as.Protect(at, page, mem.Read|mem.Exec), nil)
		k.want(as.Fault(at, mem.Exec), nil)
		if _, p, _ := as.PT().Lookup(at); p != mem.Read|mem.Exec {
			k.Errorf("rights %v", p)
		}
		k.mustGet(as, at, 1)
		if as.RSS() != 1 {
			k.Errorf("%d pages, want 1", as.RSS())
		}
	})
}

func TestWholeAddressSpaceCanBeMapped(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		defer destroy(as)
		at := k.mustMap(as, 0, uint64(mem.UserMax-mem.UserMin), rw, anon|mem.NoReserve, nil, 0)
		if at != mem.UserMin {
			k.Errorf("at %#x", at)
		}
		_, err := as.Map(0, page, rw, anon, nil, 0)
		k.want(err, syscall.ENOMEM)
		k.mustPut(as, mem.UserMin, 1)
		k.mustPut(as, mem.UserMax-8, 2)
		k.mustPut(as, 1<<46, 3)
		child, err := as.Fork()
		k.want(err, nil)
		k.mustGet(child, mem.UserMax-8, 2)
		destroy(child)
		k.want(as.Unmap(mem.UserMin, uint64(mem.UserMax-mem.UserMin)), nil)
	})
}

func TestBreak(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		defer destroy(as)
		as.SetBrk(base + 100)
		brk := func(to, want mem.VirtAddr) {
			k.Helper()
			if got := as.Brk(to); got != want {
				k.Errorf("Brk(%#x) = %#x, want %#x", to, got, want)
			}
		}
		brk(0, base+100)
		brk(base, base+100)
		brk(base+200, base+200)
		_, err := get(as, base+page-8)
		k.want(err, syscall.EFAULT) // that page is the data segment's
		brk(base+3*page, base+3*page)
		k.mustPut(as, base+3*page-8, 5)
		if n := as.RSS(); n != 1 {
			k.Errorf("%d pages", n)
		}
		name := ""
		as.Regions(func(r mem.Region) { name = r.Name })
		if name != "[heap]" {
			k.Errorf("named %q", name)
		}
		brk(base+2*page, base+2*page)
		brk(base+4*page, base+4*page)
		k.mustGet(as, base+3*page-8, 0)
		k.mustMap(as, base+6*page, page, rw, anon|mem.Fixed, nil, 0)
		brk(base+7*page, base+4*page)
		brk(base+6*page, base+6*page)
		brk(mem.UserMax+page, base+6*page)
		brk(math.MaxUint64, base+6*page)
		child, _ := as.Fork()
		if got := child.Brk(0); got != base+6*page {
			k.Errorf("child's break is %#x", got)
		}
		destroy(child)
		brk(base+100, base+100)
		if n := as.RSS(); n != 0 {
			k.Errorf("%d pages", n)
		}
	})
}

func TestAdviseDontNeed(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		defer destroy(as)
		file := k.NewFile(2*page, 0)
		defer func() { k.want(file.Free(), nil) }()
		k.mustMap(as, base, 4*page, rw, anon|mem.Fixed, nil, 0)
		k.mustMap(as, base+5*page, 2*page, rw, mem.Fixed, file, 0)
		for i := range mem.VirtAddr(7) {
			if i != 4 {
				k.mustPut(as, base+i*page, 9)
			}
		}
		k.want(as.Advise(base, page, mem.AdviseWillNeed), nil)
		k.want(as.Advise(base+5*page, page, mem.AdviseFree), syscall.EINVAL)
		k.want(as.Advise(base+page, 2*page, mem.AdviseFree), nil)
		k.want(as.Advise(base+3*page, 3*page, mem.AdviseDontNeed), syscall.ENOMEM)
		for i, want := range []uint64{9, 0, 0, 0, 4: 0, 5: 0, 6: 9} {
			if i != 4 {
				k.mustGet(as, base+mem.VirtAddr(i)*page, want)
			}
		}
		k.mustGet(as, base+5*page+8, 8)
		k.want(as.Unmap(base, 16*page), nil)
	})
}

func TestRegionsMergeAndAreLimited(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		count := func() (n int) {
			as.Regions(func(mem.Region) { n++ })
			return n
		}
		file := k.NewFile(64*page, 0)
		k.mustMap(as, base, 64*page, rw, mem.Fixed, file, 0)
		for i := range mem.VirtAddr(32) {
			k.want(as.Protect(base+2*i*page, page, mem.Read), nil)
		}
		if count() != 64 || file.Holds() != 64 {
			k.Errorf("%d regions, %d holds, want 64", count(), file.Holds())
		}
		k.want(as.Protect(base, 64*page, rw), nil)
		if count() != 1 || file.Holds() != 1 {
			k.Errorf("%d regions, %d holds, want 1", count(), file.Holds())
		}
		k.want(as.Unmap(base, 64*page), nil)

		var err error
		n := 0
		for ; err == nil; n++ {
			_, err = as.Map(base+mem.VirtAddr(n)*2*page, page, rw, anon|mem.Fixed, nil, 0)
		}
		k.want(err, syscall.ENOMEM)
		if c := count(); c < mem.MaxRegions-2 || c > mem.MaxRegions {
			k.Errorf("%d regions", c)
		}
		for i := range mem.VirtAddr(n) { // neighbours grow together
			as.Map(base+(i*2+1)*page, page, rw, anon|mem.Fixed, nil, 0)
		}
		k.want(as.Unmap(base, uint64(2*n+2)*page), nil)
		if count() != 0 {
			k.Errorf("%d regions left", count())
		}
		destroy(as)
		k.want(file.Free(), nil)
	})
}

func TestCopyInString(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		defer destroy(as)
		at := k.mustMap(as, base, 2*page, rw, anon|mem.Fixed, nil, 0)
		end := at + 2*page
		long := strings.Repeat("abcdefg", 100)
		for _, c := range []struct {
			at    mem.VirtAddr
			write string
			max   int
			want  string
			err   error
		}{
			{at, "hello\x00more", 100, "hello", nil},
			{at, "\x00", 1, "", nil},
			{at, "\x00", 0, "", syscall.ENAMETOOLONG},
			{at, "hello\x00", 5, "", syscall.ENAMETOOLONG},
			{at, "hello\x00", 6, "hello", nil},
			{at + 17, long + "\x00", 1000, long, nil},
			{at + page - 3, long + "\x00", 1000, long, nil},
			{end - 6, "hello\x00", 4096, "hello", nil},
			{end - 5, "hello", 4096, "", syscall.EFAULT},
			{end - 5, "hello", 5, "", syscall.ENAMETOOLONG},
		} {
			k.want(as.CopyOut(c.at, []byte(c.write)), nil)
			s, err := as.CopyInString(c.at, c.max)
			if s != c.want || err != c.err {
				k.Errorf("at %#x max %d: %q, %v; want %q, %v", c.at, c.max, s, err, c.want, c.err)
			}
		}
	})
}

func TestTablesOfUnmappedMemoryAreFreed(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		defer destroy(as)
		k.mustMap(as, base, page, rw, anon|mem.Fixed, nil, 0)
		k.mustPut(as, base, 1)
		before := k.FreeFrames()
		for i := range mem.VirtAddr(300) { // each in a 2 MiB, 1 GiB and 512 GiB of its own
			at := base + (i+1)*(2<<20+page) + i%8*(1<<30) + i%128*(512<<30)
			k.mustMap(as, at, page, rw, anon|mem.Fixed, nil, 0)
			k.mustPut(as, at, 2)
			if i%3 == 0 {
				k.want(as.Advise(at, page, mem.AdviseDontNeed), nil)
			}
			k.want(as.Unmap(at, page), nil)
		}
		if n := before - k.FreeFrames(); n != 0 {
			k.Errorf("%d frames still in use", int64(n))
		}
		k.mustGet(as, base, 1)
	})
}

func TestProtString(t *testing.T) {
	if s := (mem.Read | mem.Exec).String(); s != "r-x" {
		t.Errorf("%q", s)
	}
	if s := mem.Write.String(); s != "-w-" {
		t.Errorf("%q", s)
	}
}

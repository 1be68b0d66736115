package mem_test

import (
	"math"
	"strings"
	"sync"
	"syscall"
	"testing"

	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
	"gossamer/kernel/mem/memtest"
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

// What if you pass ridiculous addresses, lengths, offsets?
func TestHostileArguments(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		defer destroy(as)
		file := k.NewFile(page, 0)
		defer file.Free()
		at := k.mustMap(as, base, 4*page, rw, anon|mem.Fixed, nil, 0)
		top := mem.UserMax
		huge := []uint64{math.MaxUint64, math.MaxUint64 - 4095, 1 << 63, 1<<63 - 1, 1 << 48, uint64(top)}

		for _, c := range []struct {
			addr   mem.VirtAddr
			length uint64
			flags  mem.MapFlags
			b      mem.Backing
			off    int64
			want   error
		}{
			{0, 0, anon, nil, 0, syscall.EINVAL},
			{0, page, 0, nil, 0, syscall.EINVAL},
			{0, page, anon, file, 0, syscall.EINVAL},
			{0, page, 0, file, 1, syscall.EINVAL},
			{0, page, 0, file, -page, syscall.EINVAL},
			{0, page, 0, file, math.MinInt64, syscall.EINVAL},
			{0, 2 * page, 0, file, math.MaxInt64 - 4095, syscall.EOVERFLOW},
			{base + 1, page, anon | mem.Fixed, nil, 0, syscall.EINVAL},
			{0, page, anon | mem.Fixed, nil, 0, syscall.EPERM},
			{top, page, anon | mem.Fixed, nil, 0, syscall.ENOMEM},
			{top - page, 2 * page, anon | mem.Fixed, nil, 0, syscall.ENOMEM},
			{math.MaxUint64 - 4095, page, anon | mem.Fixed, nil, 0, syscall.ENOMEM},
			{math.MaxUint64 - 4095, 2 * page, anon | mem.FixedNoReplace, nil, 0, syscall.ENOMEM},
			{0xffff800000000000, page, anon | mem.Fixed, nil, 0, syscall.ENOMEM},
			{base + 3*page, page, anon | mem.FixedNoReplace, nil, 0, syscall.EEXIST},
		} {
			_, err := as.Map(c.addr, c.length, rw, c.flags, c.b, c.off)
			if err != c.want {
				k.Errorf("Map(%#x, %#x, %#x, %v, %d): %v, want %v", c.addr, c.length, c.flags, c.b, c.off, err, c.want)
			}
		}
		for _, n := range huge {
			if _, err := as.Map(0, n, rw, anon, nil, 0); err != syscall.ENOMEM {
				k.Errorf("Map of %#x bytes: %v", n, err)
			}
			if _, err := as.Map(base, n, rw, anon|mem.Fixed, nil, 0); err != syscall.ENOMEM {
				k.Errorf("Map of %#x bytes at %#x: %v", n, base, err)
			}
			k.want(as.Unmap(base, n), syscall.EINVAL)
			k.want(as.Protect(base, n, 0), syscall.ENOMEM)
			k.want(as.Advise(base, n, mem.AdviseDontNeed), syscall.ENOMEM)
		}
		for _, a := range []mem.VirtAddr{0, top, 1 << 47, 1 << 63, 0xffff800000000000, math.MaxUint64 - 4095} {
			k.want(as.Unmap(a, page), syscall.EINVAL)
			k.want(as.Protect(a, page, rw), syscall.ENOMEM)
			k.want(as.Advise(a, page, mem.AdviseDontNeed), syscall.ENOMEM)
		}
		for _, a := range []mem.VirtAddr{0, 8, 4095, top - 4, top, 1 << 47, 1<<47 - 8, 1 << 63, 0xffff800000000000, math.MaxUint64, math.MaxUint64 - 7} {
			for _, access := range []mem.Prot{mem.Read, mem.Write, mem.Exec} {
				k.want(as.Fault(a, access), syscall.EFAULT)
			}
			_, err := get(as, a)
			k.want(err, syscall.EFAULT)
			k.want(put(as, a, 1), syscall.EFAULT)
			_, err = as.CopyInString(a, 100)
			k.want(err, syscall.EFAULT)
		}
		k.want(as.Unmap(base, 0), syscall.EINVAL)
		k.want(as.Unmap(base+1, page), syscall.EINVAL)
		k.want(as.Protect(base+1, page, 0), syscall.EINVAL)
		k.want(as.Protect(base+1, 0, 0), syscall.EINVAL)
		k.want(as.Protect(base, 0, 0), nil)
		k.want(as.Protect(base, 5*page, 0), syscall.ENOMEM)
		k.want(as.Advise(base, page, 99), syscall.EINVAL)
		k.want(as.Advise(base, page, -1), syscall.EINVAL)
		k.want(as.CopyIn(make([]byte, 5*page), base), syscall.EFAULT)
		k.want(as.CopyIn(nil, 0), nil)
		if as.Brk(math.MaxUint64) != 0 || as.Brk(base) != 0 {
			k.Error("break moved without SetBrk")
		}

		n := 0
		as.Regions(func(r mem.Region) {
			n++
			if r.Start != at || r.End != at+4*page || r.Prot != rw {
				k.Errorf("region %+v", r)
			}
		})
		if n != 1 {
			k.Errorf("%d regions, want 1", n)
		}
		k.mustPut(as, at+4*page-8, 1)
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

func TestGuard(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		defer destroy(as)
		stack := k.mustMap(as, 0, 8*page, rw, anon|mem.GuardBelow, nil, 0)
		if stack+8*page != mem.UserMax {
			k.Errorf("stack at %#x", stack)
		}
		next := k.mustMap(as, stack-page, page, rw, anon, nil, 0)
		if next+page != stack-mem.GuardSize {
			k.Errorf("mapping at %#x, stack at %#x", next, stack)
		}
		k.want(put(as, stack-8, 1), syscall.EFAULT)
		second := k.mustMap(as, 0, page, rw, anon|mem.GuardBelow, nil, 0)
		if second+page != next {
			k.Errorf("at %#x", second)
		}
		k.mustMap(as, stack-page, page, rw, anon|mem.Fixed, nil, 0)
		k.mustPut(as, stack-8, 1)
		as.Regions(func(r mem.Region) {
			if (r.Name == "[stack]") != (r.Start == stack || r.Start == second) {
				k.Errorf("region %+v", r)
			}
		})
	})
}

// Is the lowest page of every 2ⁿ bytes missing, in a child too, and when pages are protected and
// given back?
func TestGuards(t *testing.T) {
	onBoth(t, 8<<20, func(k *kind) {
		as := k.space()
		defer destroy(as)
		const n, size = 14, 4 * page
		for _, bad := range []struct {
			n     mem.MapFlags
			flags mem.MapFlags
		}{{1, anon}, {12, anon}, {48, anon}, {63, anon}, {n, anon | mem.Shared}} {
			if _, err := as.Map(base, size, rw, bad.n*mem.Guards|bad.flags|mem.Fixed, nil, 0); err != syscall.EINVAL {
				k.Errorf("guards of 2^%d, flags %#x: %v", bad.n, bad.flags, err)
			}
		}
		k.mustMap(as, base, 64*size, rw, anon|mem.Fixed|n*mem.Guards, nil, 0)
		check := func(as *mem.AddressSpace) {
			k.Helper()
			regions := 0
			as.Regions(func(mem.Region) { regions++ })
			if regions != 1 {
				k.Errorf("%d regions", regions)
			}
			for at := base; at < base+64*size; at += size {
				k.want(put(as, at+8, 1), syscall.EFAULT)
				if as.Allows(at+page-1, mem.Read) || !as.Allows(at+page, mem.Read) {
					k.Errorf("at %#x: what is allowed is wrong", at)
				}
				k.want(as.Fault(at, mem.Read), syscall.EACCES)
				for i := mem.VirtAddr(1); i < 4; i++ {
					k.mustPut(as, at+i*page+8, uint64(at))
				}
			}
		}
		check(as)
		if err := as.Protect(base+size, 2*size, 0); err != nil {
			k.Fatal(err)
		}
		k.want(put(as, base+size+page, 1), syscall.EFAULT)
		if err := as.Protect(base+size, 2*size, rw); err != nil {
			k.Fatal(err)
		}
		if err := as.Advise(base, 64*size, mem.AdviseDontNeed); err != nil {
			k.Fatal(err)
		}
		check(as)
		child, err := as.Fork()
		if err != nil {
			k.Fatal(err)
		}
		defer destroy(child)
		check(child)
		k.mustMap(as, base, 64*size, rw, anon|mem.Fixed, nil, 0)
		k.mustPut(as, base, 1)
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

func TestMagazineKeepsCounts(t *testing.T) {
	m := memtest.New(t, 4<<20)
	free := m.FreeFrames()
	var fs []frame.Frame
	for f, ok := m.Magazine.Alloc(); ok; f, ok = m.Magazine.Alloc() {
		if m.Refs(f) != 1 {
			t.Fatalf("new frame has %d references", m.Refs(f))
		}
		fs = append(fs, f)
	}
	if uint64(len(fs)) != free {
		t.Errorf("got %d frames of %d", len(fs), free)
	}
	for i, f := range fs {
		m.Bytes(f)[0] = byte(i)
		m.Ref(f)
		m.Magazine.Free(f)
		if m.Refs(f) != 1 || m.Bytes(f)[0] != byte(i) {
			t.Fatal("a frame with a reference left was touched")
		}
		m.Magazine.Free(f)
	}
	m.CheckLeaks(free)
}

func TestMagazineConcurrent(t *testing.T) {
	m := memtest.New(t, 4<<20)
	free := m.FreeFrames()
	var wg sync.WaitGroup
	shared, _ := m.Magazine.Alloc()
	for id := range 4 {
		wg.Go(func() {
			var mine []frame.Frame
			for i := range 5000 {
				if i%100 < 50 {
					if f, ok := m.Magazine.Alloc(); ok {
						m.Bytes(f)[0] = byte(id)
						mine = append(mine, f)
					}
				} else if len(mine) > 0 {
					f := mine[len(mine)-1]
					mine = mine[:len(mine)-1]
					if m.Bytes(f)[0] != byte(id) {
						t.Errorf("frame %#x has two owners", f)
					}
					m.Magazine.Free(f)
				}
				m.Ref(shared)
				m.Magazine.Free(shared)
			}
			for _, f := range mine {
				m.Magazine.Free(f)
			}
		})
	}
	wg.Wait()
	m.Magazine.Free(shared)
	m.CheckLeaks(free)
}

func TestNoAllocationOnTheFaultPath(t *testing.T) {
	onBoth(t, 16<<20, func(k *kind) {
		as := k.space()
		if _, ok := as.PT().(*memtest.Table); ok {
			destroy(as) // its maps allocate
			return
		}
		at := k.mustMap(as, base, 400*page, rw, anon|mem.Fixed, nil, 0)
		va := at
		if n := testing.AllocsPerRun(100, func() {
			as.Fault(va, mem.Write)
			va += page
		}); n != 0 {
			k.Errorf("%v allocations per fault", n)
		}
		child, _ := as.Fork()
		va = at
		if n := testing.AllocsPerRun(100, func() {
			child.Fault(va, mem.Write)
			va += page
		}); n != 0 {
			k.Errorf("%v allocations per copy", n)
		}
		destroy(child)
		destroy(as)
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

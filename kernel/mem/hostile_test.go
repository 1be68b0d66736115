package mem_test

import (
	"math"
	"syscall"
	"testing"

	"gossamer/kernel/mem"
)

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

package mem_test

import (
	"syscall"
	"testing"

	"gossamer/kernel/mem"
)

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
	for n := mem.MapFlags(13); n <= 15; n++ { // numbers with any bit
		testGuards(t, n)
	}
}

func testGuards(t *testing.T, n mem.MapFlags) {
	onBoth(t, 16<<20, func(k *kind) {
		as := k.space()
		defer destroy(as)
		pages := uint64(1) << n / page
		size := pages * page
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
			for at := base; at < base+mem.VirtAddr(64*size); at += mem.VirtAddr(size) {
				k.want(put(as, at+8, 1), syscall.EFAULT)
				if as.Allows(at+page-1, mem.Read) || !as.Allows(at+page, mem.Read) {
					k.Errorf("at %#x: what is allowed is wrong", at)
				}
				k.want(as.Fault(at, mem.Read), syscall.EACCES)
				for i := uint64(1); i < pages; i++ {
					k.mustPut(as, at+mem.VirtAddr(i*page)+8, uint64(at))
				}
			}
		}
		check(as)
		if err := as.Protect(base+mem.VirtAddr(size), 2*size, 0); err != nil {
			k.Fatal(err)
		}
		k.want(put(as, base+mem.VirtAddr(size)+page, 1), syscall.EFAULT)
		if err := as.Protect(base+mem.VirtAddr(size), 2*size, rw); err != nil {
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

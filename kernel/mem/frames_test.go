package mem_test

import (
	"sync"
	"testing"

	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
	"gossamer/kernel/mem/memtest"
)

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

package frame

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"syscall"
	"testing"
)

// arena makes size bytes of host memory the physical memory from address 0 on.
func arena(t testing.TB, size int) {
	m, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
	if err != nil {
		t.Fatal(err)
	}
	old, oldPause := DirectMap, Pause
	DirectMap = addressOf(m)
	Pause = runtime.Gosched
	t.Cleanup(func() {
		DirectMap, Pause = old, oldPause
		table, tableLen = 0, 0
		syscall.Munmap(m)
	})
}

const mib = 1 << 20

// setup is a machine with the given memory and one hole.
func setup(t testing.TB, size Addr, cpus int) (total uint64) {
	arena(t, int(size))
	Init([]Range{{0, 640 << 10}, {mib, size}}, []Range{{mib, 2 * mib}}, cpus)
	total, free, _ := Stats()
	if free != total || total == 0 {
		t.Fatalf("after Init: total %d, free %d", total, free)
	}
	return total
}

func wantFree(t testing.TB, want uint64) {
	t.Helper()
	if _, free, _ := Stats(); free != want {
		t.Errorf("%d frames free, want %d", free, want)
	}
	if Bad() != 0 {
		t.Errorf("%d bad calls", Bad())
	}
}

// allocAll takes all memory and checks that no frame is given out twice.
func allocAll(t testing.TB, alloc func(int) Frame) []Frame {
	t.Helper()
	var all []Frame
	seen := map[Frame]bool{}
	for f := alloc(0); f != None; f = alloc(0) {
		if seen[f] {
			t.Fatalf("frame %#x given out twice", f)
		}
		if Refs(f) != 1 {
			t.Fatalf("new frame %#x has %d references", f, Refs(f))
		}
		seen[f] = true
		all = append(all, f)
	}
	return all
}

func TestAllMemoryIsGivenOutOnce(t *testing.T) {
	total := setup(t, 16*mib, 4)
	for range 2 {
		all := allocAll(t, Alloc)
		if uint64(len(all)) != total {
			t.Errorf("got %d frames of %d", len(all), total)
		}
		for _, f := range all {
			if a := f.Addr(); a == 0 || a >= 640<<10 && a < 2*mib || a >= 16*mib {
				t.Fatalf("frame at %#x is not usable memory", a)
			}
			if f.Ptr() >= table && f.Ptr() < table+uintptr(tableLen)*4 {
				t.Fatalf("frame at %#x is part of the table", f.Addr())
			}
			clear(f.Bytes()[:])
		}
		wantFree(t, 0)
		for i, f := range all {
			Free(i%4, f)
		}
		wantFree(t, total)
	}
}

func TestLowMemoryIsGivenOutLast(t *testing.T) {
	total := setup(t, 4*mib, 1)
	all := allocAll(t, Alloc)
	for i, f := range all {
		if f < lowEnd && i < int(total)-159-cacheBatch {
			t.Fatalf("frame %d of %d is at %#x", i, total, f.Addr())
		}
	}
}

func TestInitOfMessyMemoryMaps(t *testing.T) {
	max := ^Addr(0)
	cases := []struct {
		name             string
		usable, reserved []Range
		want             uint64 // frames
	}{
		{"nothing", nil, nil, 0},
		{"empty and turned round", []Range{{mib, mib}, {3 * mib, 2 * mib}}, nil, 0},
		{"only low memory has no room for the table", []Range{{0, 640 << 10}}, nil, 0},
		{"everything reserved", []Range{{0, 32 * mib}}, []Range{{0, max}}, 0},
		// 32 MiB = 8192 frames, table 8 frames, frame 0.
		{"one range", []Range{{0, 32 * mib}}, nil, 8192 - 8 - 1},
		{"overlapping, unsorted", []Range{{8 * mib, 32 * mib}, {0, 16 * mib}, {4 * mib, 9 * mib}}, nil, 8192 - 8 - 1},
		{"unaligned", []Range{{mib + 1, 32*mib - 1}}, nil, 8192 - 256 - 2 - 8},
		{"reserved touches pages", []Range{{mib, 32 * mib}}, []Range{{4*mib + 4095, 4*mib + 4097}}, 8192 - 256 - 8 - 2},
		{"reserved empty", []Range{{mib, 32 * mib}}, []Range{{4*mib + 5, 4*mib + 5}, {9, 3}}, 8192 - 256 - 8},
		{"reserved overlap", []Range{{mib, 32 * mib}}, []Range{{mib, 3 * mib}, {2 * mib, 4 * mib}, {2 * mib, 3 * mib}}, 8192 - 1024 - 8},
		{"reserved up to the end of the world", []Range{{mib, 32 * mib}}, []Range{{16 * mib, max}}, 4096 - 256 - 8},
		{"usable beyond the limit", []Range{{mib, 32 * mib}, {1 << 45, max}}, nil, 8192 - 256 - 8},
		{"far crumb not worth its table", []Range{{mib, 32 * mib}, {200 << 30, 200<<30 + mib}}, nil, 8192 - 256 - 8},
		{"hole", []Range{{mib, 16 * mib}, {24 * mib, 32 * mib}}, nil, 8192 - 256 - 2048 - 8},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			arena(t, 32*mib)
			Init(c.usable, c.reserved, 2)
			total, free, _ := Stats()
			if total != c.want || free != c.want {
				t.Errorf("total %d, free %d, want %d", total, free, c.want)
			}
			all := allocAll(t, Alloc)
			if uint64(len(all)) != c.want {
				t.Errorf("got %d frames, want %d", len(all), c.want)
			}
			for _, f := range all {
				for _, r := range c.reserved {
					if r.Start < r.End && r.Start < f.Addr()+Size && f.Addr() < r.End {
						t.Errorf("frame at %#x is in reserved %#x", f.Addr(), r)
					}
				}
			}
		})
	}
}

func TestTableKeepsOffReservedMemory(t *testing.T) {
	arena(t, 32*mib)
	var reserved []Range // every second page up to 8 MiB: no room for 8 pages
	for a := Addr(mib); a < 8*mib; a += 2 * Size {
		reserved = append([]Range{{a, a + 1}}, reserved...)
	}
	Init([]Range{{mib, 32 * mib}}, reserved, 1)
	if at := Addr(table - DirectMap); at < 8*mib-Size || at > 8*mib {
		t.Errorf("table at %#x", at)
	}
}

func Test64GiBWithHoles(t *testing.T) {
	if raceMode {
		t.Skip("16 million entries")
	}
	const gib = 1 << 30
	arena(t, 66*gib)
	usable := []Range{{4 * gib, 34 * gib}, {0, 640 << 10}, {36 * gib, 66 * gib}, {mib, 3 * gib}}
	Init(usable, []Range{{mib, 4 * mib}}, 64)
	total, _, _ := Stats()
	want := uint64(63*gib/Size) - 256 - 3*256 + 159 - 66*gib/Size*4/Size
	if total != want {
		t.Errorf("total %d, want %d", total, want)
	}
	if f := Alloc(63); f.Addr() > 4*gib {
		t.Errorf("first frame at %#x, above 4 GiB", f.Addr())
	}
}

func TestReserveIsOnlyForAllocReserve(t *testing.T) {
	total := setup(t, 8*mib, 2)
	SetReserve(100)
	all := allocAll(t, Alloc)
	if uint64(len(all)) != total-100 {
		t.Errorf("Alloc gave %d of %d", len(all), total)
	}
	if n := AllocBatch(1, make([]Frame, 8)); n != 0 {
		t.Errorf("AllocBatch took %d frames of the reserve", n)
	}
	kept := allocAll(t, AllocReserve)
	if len(kept) != 100 {
		t.Errorf("AllocReserve gave %d frames", len(kept))
	}
	// What is freed fills the reserve first.
	for _, f := range kept {
		if Alloc(0) != None {
			t.Fatal("Alloc took from the reserve while it was being refilled")
		}
		Free(0, f)
	}
	Free(0, all[0])
	if Alloc(1) == None {
		t.Error("no frame from another CPU's cache")
	}
	for _, f := range all {
		Free(1, f)
	}
	wantFree(t, total)
}

func TestMemoryInOtherCachesIsFound(t *testing.T) {
	total := setup(t, 4*mib, 3)
	all := allocAll(t, Alloc)
	for _, f := range all[:60] {
		Free(2, f)
	}
	got := make([]Frame, 100)
	if n := AllocBatch(0, got); n != 60 {
		t.Errorf("got %d frames of 60 in another cache", n)
	}
	FreeBatch(0, got[:60])
	FreeBatch(1, all[60:])
	wantFree(t, total)
}

func TestAllocBelow(t *testing.T) {
	total := setup(t, 16*mib, 1)
	a := AllocBelow(mib)
	b := AllocBelow(8 * mib)
	if a == None || a.Addr()+Size > mib || b == None || b.Addr()+Size > 8*mib || a == b {
		t.Errorf("got %#x and %#x", a, b)
	}
	if f := AllocBelow(Size); f != None {
		t.Errorf("got frame %#x", f)
	}
	n := 0
	var got []Frame
	for f := AllocBelow(8 * mib); f != None; f = AllocBelow(8 * mib) {
		if f.Addr() >= 8*mib {
			t.Fatalf("frame at %#x", f.Addr())
		}
		got = append(got, f)
		n++
	}
	// 6 MiB above the reserved, 159 low frames, 4 frames of table, a and b.
	if want := 6*256 + 159 - 4 - 2; n != want {
		t.Errorf("%d frames below 8 MiB, want %d", n, want)
	}
	FreeBatch(0, append(got, a, b))
	wantFree(t, total)
	if all := allocAll(t, Alloc); uint64(len(all)) != total {
		t.Errorf("lists hold %d frames of %d", len(all), total)
	}
}

func TestReferences(t *testing.T) {
	total := setup(t, 4*mib, 1)
	f := Alloc(0)
	Ref(f)
	Ref(f)
	if Refs(f) != 3 {
		t.Fatalf("%d references, want 3", Refs(f))
	}
	if Unref(0, f) || DropUnlessLast(f) {
		t.Error("freed with a reference left")
	}
	if !DropUnlessLast(f) || Refs(f) != 1 {
		t.Error("the last reference is gone")
	}
	if !Unref(0, f) || Refs(f) != 0 {
		t.Error("not freed with the last reference")
	}
	wantFree(t, total)
}

func TestClear(t *testing.T) {
	setup(t, 4*mib, 1)
	fs := []Frame{AllocBelow(4 * mib), AllocBelow(4 * mib), AllocBelow(4 * mib)}
	for _, f := range fs {
		for i := range f.Bytes() {
			f.Bytes()[i] = 1
		}
	}
	Clear(fs[1].Bytes())
	for i, f := range fs {
		for at, b := range f.Bytes() {
			if (b == 0) != (i == 1) {
				t.Fatalf("byte %d of frame %d is %d", at, i, b)
			}
		}
	}
}

// What if a caller passes a frame that it does not have?
func TestBadFramesAreCountedAndIgnored(t *testing.T) {
	total := setup(t, 4*mib, 1)
	f := Alloc(0)
	Free(0, f)
	bads := []Frame{f, f + 100, 0, 1024, None, None - 1, (2 * mib) >> shift, (mib + 4096) >> shift}
	for _, f := range bads {
		Free(0, f)
		if Ref(f) || DropUnlessLast(f) || Refs(f) != 0 {
			t.Errorf("frame %#x taken for an allocated one", f)
		}
	}
	if Bad() != uint64(3*len(bads)) {
		t.Errorf("%d bad calls counted, want %d", Bad(), 3*len(bads))
	}
	bad.Store(0)
	wantFree(t, total)
	if all := allocAll(t, Alloc); uint64(len(all)) != total {
		t.Errorf("%d of %d frames left", len(all), total)
	}
}

// What if somebody takes two thousand million references?
func TestCountSticksAtItsMaximum(t *testing.T) {
	setup(t, 4*mib, 1)
	f := Alloc(0)
	*entry(f) = maxRefs - 1
	Ref(f)
	Ref(f)
	for range 3 {
		if Unref(0, f) || DropUnlessLast(f) || Refs(f) != maxRefs {
			t.Fatal("the count came down again")
		}
	}
}

func TestRandomUseLeaksNothing(t *testing.T) {
	total := setup(t, 8*mib, 4)
	SetReserve(20)
	r := rand.New(rand.NewPCG(1, 2))
	held := []Frame{}
	refs := map[Frame]uint32{}
	for range 200000 {
		cpu := r.IntN(4)
		switch op := r.IntN(10); {
		case op < 3:
			if f := Alloc(cpu); f != None {
				if refs[f] != 0 {
					t.Fatalf("frame %#x is in use", f)
				}
				refs[f] = 1
				held = append(held, f)
			}
		case op < 4:
			b := make([]Frame, r.IntN(40))
			n := AllocBatch(cpu, b)
			for _, f := range b[:n] {
				if refs[f] != 0 {
					t.Fatalf("frame %#x is in use", f)
				}
				refs[f] = 1
				held = append(held, f)
			}
		case len(held) == 0:
		case op < 5:
			f := held[r.IntN(len(held))]
			Ref(f)
			refs[f]++
			held = append(held, f)
		default:
			for range r.IntN(8) {
				if len(held) == 0 {
					break
				}
				i := r.IntN(len(held))
				f := held[i]
				held[i] = held[len(held)-1]
				held = held[:len(held)-1]
				refs[f]--
				if Unref(cpu, f) != (refs[f] == 0) || Refs(f) != refs[f] {
					t.Fatalf("frame %#x: %d references, want %d", f, Refs(f), refs[f])
				}
			}
		}
	}
	FreeBatch(0, held)
	wantFree(t, total)
}

// CPUs allocate, share and free at the same time, also each other's frames, with so little
// memory that they steal.
func TestConcurrentUse(t *testing.T) {
	const cpus = 4
	total := setup(t, 4*mib, cpus)
	owner := make([]struct {
		sync.Mutex
		held bool
	}, 1024)
	swap := make(chan Frame, 64)
	var wg sync.WaitGroup
	for cpu := range cpus {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(3, uint64(cpu)))
			var mine []Frame
			take := func(f Frame) {
				o := &owner[f]
				o.Lock()
				if o.held {
					t.Errorf("frame %#x has two owners", f)
				}
				o.held = true
				o.Unlock()
				mine = append(mine, f)
			}
			give := func() Frame {
				f := mine[len(mine)-1]
				mine = mine[:len(mine)-1]
				o := &owner[f]
				o.Lock()
				o.held = false
				o.Unlock()
				return f
			}
			for range 20000 {
				switch op := r.IntN(8); {
				case op < 4 && len(mine) < 200:
					if f := Alloc(cpu); f != None {
						take(f)
					}
				case len(mine) == 0:
				case op == 4:
					f := mine[0]
					Ref(f)
					Unref(cpu, f)
				case op == 5:
					f := give()
					select {
					case swap <- f:
					default:
						Free(cpu, f)
					}
				case op == 6:
					select {
					case f := <-swap:
						take(f)
					default:
					}
				default:
					Free(cpu, give())
				}
			}
			for len(mine) > 0 {
				Free(cpu, give())
			}
		})
	}
	wg.Wait()
	close(swap)
	for f := range swap {
		Free(0, f)
	}
	wantFree(t, total)
	if all := allocAll(t, Alloc); uint64(len(all)) != total {
		t.Errorf("%d of %d frames left", len(all), total)
	}
}

func BenchmarkAllocFree(b *testing.B) {
	setup(b, 16*mib, 1)
	for b.Loop() {
		Free(0, Alloc(0))
	}
}

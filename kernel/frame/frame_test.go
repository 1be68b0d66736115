package frame

import (
	"runtime"
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

func BenchmarkAllocFree(b *testing.B) {
	setup(b, 16*mib, 1)
	for b.Loop() {
		Free(0, Alloc(0))
	}
}

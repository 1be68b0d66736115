package frame

import "testing"

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

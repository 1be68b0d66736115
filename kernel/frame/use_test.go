package frame

import (
	"math/rand/v2"
	"sync"
	"testing"
)

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

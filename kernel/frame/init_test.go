package frame

import "testing"

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

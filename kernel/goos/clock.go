package goos

import (
	"math/bits"

	"gossamer/arch/amd64"
)

// Time is the TSC's, which QEMU and every CPU of the last fifteen years count at a constant
// rate and in step on all CPUs. Set at boot, then constant.
var (
	tscStart  uint64
	tscHz     uint64
	nsPerTick uint64 // nanoseconds per tick, times 2³²
	bootWall  uint64 // real time at tscStart, ns since 1970
)

func setClock(start, hz, wall uint64) {
	tscStart, tscHz, bootWall = start, hz, wall
	nsPerTick, _ = bits.Div64(1e9>>32, 1e9<<32&(1<<64-1), hz)
	sliceTicks = ticks(sliceNS)
}

// now returns monotonic time in ns, never 0. The vDSO function does the same.
func now() uint64 { return nanoseconds(amd64.RDTSC()-tscStart) + 1 }

func nanoseconds(t uint64) uint64 {
	hi, lo := bits.Mul64(t, nsPerTick)
	return hi<<32 | lo>>32
}

// ticks converts a duration; one too long to count is a century.
func ticks(ns uint64) uint64 {
	const century = 100 * 365 * 86400 * 1e9
	ns = min(ns, century)
	hi, lo := bits.Mul64(ns, tscHz)
	q, _ := bits.Div64(hi, lo, 1e9)
	return q
}

// timespecTicks converts the struct timespec at p.
func timespecTicks(p uint64) uint64 {
	s, ns := *word(p), *word(p + 8)
	if int64(s) < 0 {
		return 0
	}
	if s > 1e9 {
		s = 1e9
	}
	return ticks(s*1e9 + ns)
}

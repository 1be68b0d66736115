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
	sliceTicks = ticks(SliceNS)
}

// now returns monotonic time in ns, never 0. The vDSO function does the same.
func now() uint64 { return nanoseconds(amd64.RDTSC()-tscStart) + 1 }

func nanoseconds(t uint64) uint64 {
	hi, lo := bits.Mul64(t, nsPerTick)
	return hi<<32 | lo>>32
}

// longest is the longest duration that is told from for ever: 25 years, in ns. A TSC of up to
// 20 GHz does not overflow in it.
const longest = 25 * 365 * 86400 * 1e9

// ticks converts a duration.
func ticks(ns uint64) uint64 {
	ns = min(ns, longest)
	hi, lo := bits.Mul64(ns, tscHz)
	q, _ := bits.Div64(hi, lo, 1e9)
	return q
}

// tscAt returns the first TSC at which now is ns or more: the exact inverse of now, lest an
// alarm come early by what rounding has summed up to since boot.
func tscAt(ns uint64) uint64 {
	ns = min(ns, longest)
	if ns <= 1 {
		return tscStart
	}
	ns--
	hi, lo := ns>>32, ns<<32
	q, r := bits.Div64(hi, lo, nsPerTick)
	if r != 0 {
		q++
	}
	return tscStart + q
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

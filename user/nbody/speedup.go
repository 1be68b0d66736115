package main

import (
	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// How much faster two CPUs are than one, and what two copies lose by sharing them.

const tries = 7

// speedup prints, for activations with all of the tree in memory, the best of some runs each: on
// one VP, on two, and two copies at a time on two each. On a machine of one CPU it is the first alone,
// to compare with. For its figures to mean anything the host has to have two CPUs to spare.
func speedup() {
	o := ulib.Options{Model: ulib.Activations, LWPs: 1}
	if !sys.OnGossamer() {
		o.Model = ulib.MToN
	}
	if ulib.CPUs() < 2 {
		best := run(&o)
		for range 2 * tries {
			best = min(best, run(&o))
		}
		out.Out.Str("one CPU").IntWidth(int(best/1e3), 9).Str(" us\n")
		out.Exit(0)
	}
	two := o
	two.LWPs = 2
	var one, both, shared int64
	for try := range tries {
		a := run(&o)
		b := run(&two)
		c := pair(&two)
		if try == 0 {
			one, both, shared = a, b, c
		}
		one, both, shared = min(one, a), min(both, b), min(shared, c)
		out.Out.Str("one VP").IntWidth(int(a/1e6), 7).Str(" ms   two").IntWidth(int(b/1e6), 7)
		out.Out.Str(" ms   two copies").IntWidth(int(c/1e6), 7).Str(" ms\n").Flush()
	}
	out.Out.Str("one VP").IntWidth(int(one/1e3), 10).Str(" us   two").IntWidth(int(both/1e3), 10)
	out.Out.Str(" us   two copies").IntWidth(int(shared/1e3), 10).Str(" us: the best\n")
	out.Out.Str("two CPUs instead of one: ").Frac(int(one*100/both), 100).Str(" times as fast\n")
	out.Out.Str("two copies on two CPUs: ").Int(int(2 * both * 100 / shared)).Str(" % of what one after the other does\n")
	out.Exit(0)
}

// run is how long the experiment takes, in ns.
func run(o *ulib.Options) int64 {
	r := start(o, 100).result()
	return r.to - r.from
}

// pair is how long two of them take at a time.
func pair(o *ulib.Options) int64 {
	p, q := start(o, 100), start(o, 100)
	a, b := p.result(), q.result()
	return max(a.to, b.to) - min(a.from, b.from)
}

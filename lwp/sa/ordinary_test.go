package sa

import "testing"

// tick has VP 0 of the first process get a tick, a look's time after the last one, and all VPs that are
// asked for their processors give them.
func (r *rig) tick() {
	r.now += lookPeriod
	for _, s := range r.sims {
		for i := range s.p.vps {
			if v := &s.p.vps[i]; v.state == Run {
				s.p.Edge(int(v.lwp), Ticked)
			}
		}
	}
}

// What do ordinary LWPs leave to processes with activations?
func TestOrdinaryShares(t *testing.T) {
	for _, c := range []struct {
		ncpu, first          int
		want, others, shares []int
	}{
		{4, 0, []int{4}, []int{1}, []int{3}},
		{4, 0, []int{4}, []int{4}, []int{2}},
		{4, 0, []int{1}, []int{4}, []int{1}},
		{4, 0, []int{4}, []int{1, 1}, []int{2}},
		{4, 0, []int{4}, []int{4, 4}, []int{2}},
		{4, 1, []int{4}, []int{4, 4}, []int{1}},
		{4, 0, []int{4, 4}, []int{1}, []int{2, 1}},
		{4, 2, []int{4, 4}, []int{1}, []int{2, 1}},
		{4, 1, []int{4, 4}, []int{1}, []int{1, 2}},
		{4, 0, []int{4}, []int{1, 1, 1, 1, 1}, []int{1}},
		{4, 3, []int{4}, []int{1, 1, 1, 1, 1}, []int{1}}, // not none
		{1, 0, []int{1}, []int{1}, []int{1}},             // by time slices
		{1, 1, []int{1}, []int{9}, []int{1}},
		{2, 1, []int{1, 1}, []int{1}, []int{0, 1}},
		{4, 0, []int{0}, []int{1}, []int{3}},
		{4, 0, []int{0}, []int{4}, []int{0}},
	} {
		a := NewAllocator(c.ncpu, func() int64 { return 1 })
		a.first = c.first
		for _, w := range c.want {
			a.shares = append(a.shares, share{want: w})
		}
		for i, w := range c.others {
			a.others = append(a.others, other{process: i, want: w})
		}
		left := a.divide()
		for i, s := range a.shares {
			left += s.target
			want(t, "a share", s.target, c.shares[i])
		}
		want(t, "all", left, c.ncpu)
		if t.Failed() {
			t.Fatalf("%+v", c)
		}
	}
}

// Does a process that computes get a processor of one with four VPs, for as long as it does, and not
// for a moment's work? Does a moment's wait not lose it?
func TestOrdinaryClaim(t *testing.T) {
	r := newRig(t, 4, 1, simConfig{nvp: 4, nt: 4, nslot: 8})
	lwps := map[int]int{}
	looks := 0
	r.a.Count(func(f func(int) bool) {
		looks++
		for p, n := range lwps {
			for range n {
				f(p)
			}
		}
	})
	p := r.sims[0].p
	ticks := func(n, quota int) {
		t.Helper()
		for range n {
			r.tick()
		}
		r.tick() // a take may want the grace of one tick
		want(t, "quota", p.quota, quota)
		want(t, "running", p.in[Run], min(quota, 4))
	}
	ticks(3, 4)
	lwps[7] = 1
	r.tick()
	want(t, "quota after a moment", p.quota, 4)
	lwps[7] = 0
	ticks(1, 4)
	want(t, "others", len(r.a.others), 0)
	lwps[7] = 1
	ticks(2, 3)
	ticks(3, 3)
	lwps[7] = 0
	ticks(1, 3)
	lwps[7] = 1
	ticks(2, 3)
	lwps[7] = 3
	ticks(2, 2) // two processes, even shares
	lwps[8] = 1
	ticks(2, 2)
	lwps[7], lwps[8] = 1, 0
	ticks(5, 3)
	lwps[7] = 0
	ticks(5, 4)
	before := looks
	for range 10 {
		p.Edge(0, Ticked) // no time passes
	}
	want(t, "looks in no time", looks, before)
	lwps[7] = 1
	ticks(2, 3)
	r.now += 2 * forget
	p.alloc.settle()
	want(t, "quota when nobody has looked for long", p.quota, 4)
}

// Is the only processor shared by time?
func TestOrdinaryOneProcessor(t *testing.T) {
	r := newRig(t, 1, 1, simConfig{nvp: 1, nt: 1, nslot: 2})
	r.a.Count(func(f func(int) bool) { f(7) })
	for range 5 {
		r.tick()
		want(t, "running", r.running(), [3]int{1})
	}
}

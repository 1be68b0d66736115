//go:build explore

package ulib

import hosted "gossamer/lwp/sa"

// A way is how things can go on.
type way struct {
	what byte
	a    *actor
	cost int
}

const (
	goes   = 'u' // a step of user mode
	edges  = 'e' // the kernel's on the way there
	comes  = 'k' // kicked, an LWP comes to its edge
	stays  = 'l' // it does so later
	ticks1 = 't'
	faults = 'f'
	calls  = 'c' // what a call waits for comes
	rivals = 'r'
	passes = 'p' // time does
	hands  = 'h' // who spins gives way
)

// next1 is what a does next, 0 if it cannot.
func (a *actor) next1() byte {
	switch {
	case a.at == atEdge:
		return edges
	case a.at == inUser && a.kicked && !a.late:
		return comes
	case a.at == inUser && a.enabled():
		return goes
	}
	return 0
}

// find lists the ways to go on: what goes on by itself first.
func (k *kernel) find() []way {
	e := k.e
	cur, all := e.cur, k.ways[:0]
	more := e.preemptions < e.bound
	add := func(what byte, a *actor, cost int) {
		if cost == 0 || more {
			all = append(all, way{what, a, cost})
		}
	}
	mine := cur.next1()
	cost := 0
	if mine != 0 {
		add(mine, cur, 0)
		cost = 1
		if mine == comes && cur.enabled() {
			add(stays, cur, 1)
		}
	}
	for _, x := range e.actors {
		if w := x.next1(); w != 0 && x != cur {
			add(w, x, cost)
		}
	}
	forced := len(all) == 0
	within := more
	more = more || forced // whatever the bound, something has to happen
	for _, x := range e.actors {
		switch x.at {
		case blocked:
			if x.arrives == nil || x.arrives() {
				add(calls, x, 1)
			}
		case inUser:
			if !k.scene.quiet {
				add(ticks1, x, 1)
			}
			if x.late && x.kicked {
				add(comes, x, 1)
			}
			if x.on.spins && forced {
				add(hands, x, 1)
			}
			if x == cur && k.scene.faults && mine != 0 {
				add(faults, x, 1)
			}
		}
	}
	if k.scene.rival && (!k.busy || k.rival.Stat().Running == 1) {
		add(rivals, nil, 1)
	}
	if k.deadline() != noDeadline {
		add(passes, nil, 1)
	}
	if forced && len(all) > 0 {
		// The first comes for nothing, and another one each time.
		n := k.forced % len(all)
		all[0], all[n] = all[n], all[0]
		all[0].cost = 0
		if !within {
			all = all[:1]
		}
	}
	k.ways = all
	return all
}

// deadline is when time has something to do next.
func (k *kernel) deadline() int64 {
	next := noDeadline
	for _, a := range k.e.actors {
		if a.at == parked && a.deadline > 0 {
			next = min(next, a.deadline)
		}
	}
	if d := nextDeadline(); d > k.e.now {
		next = min(next, d)
	}
	return next
}

// decide says whose step is next, and has the kernel do before what comes before.
func (k *kernel) decide(me *context) *actor {
	e := k.e
	if e.cur.on == me {
		me.closed = e.cur.v != nil && e.cur.v.disabled != 0
	}
	for {
		k.audit()
		if e.fault != "" || e.ended {
			return nil
		}
		if e.steps++; e.steps > maxSteps {
			e.fault = "no end: live-lock"
			return nil
		}
		all := k.find()
		if len(all) == 0 {
			e.fault = "nobody can go on, and threads are left"
			return nil
		}
		i := 0
		if len(all) > 1 {
			i = e.choose(len(all))
		}
		w := all[i]
		e.preemptions += w.cost
		if w.a == nil || w.a.next1() == 0 {
			k.forced++
		}
		a := w.a
		if e.logging && w.what != goes {
			n := -1
			if a != nil {
				n = a.n
			}
			e.note("-- %c LWP %d", w.what, n)
		}
		switch w.what {
		case goes:
			return a
		case stays:
			a.late = true
			return a
		case hands:
			a.giveWay = true
			return a
		case edges:
			e.cur = a
			k.edge(a)
		case comes:
			a.at = atEdge
		case ticks1:
			a.at, a.event = atEdge, hosted.Ticked
		case calls:
			a.at, a.arrives, a.fault = atEdge, nil, false
		case faults:
			k.sleep(a, nil, true)
		case rivals:
			if k.busy {
				k.rivalIdles()
			} else {
				k.rivalWants()
			}
		case passes:
			e.now = k.deadline()
			for _, a := range e.actors {
				if a.at == parked && a.deadline > 0 && a.deadline <= e.now {
					a.at, a.event = atEdge, hosted.TimedOut
				}
			}
		}
	}
}

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
	gets   = 'g' // an ordinary LWP takes a signal
	raises = 's' // a signal comes
	traps  = 'd' // the thread that runs brings one upon itself
	stops  = 'z' // the process is stopped
	awakes = 'w' // and continued
	ends   = 'x' // it ends
)

// next1 is what a does next, 0 if it cannot.
func (a *actor) next1() byte {
	if a.step != nil {
		if w := a.step.wants; w != nil && *w {
			return 0
		}
		return edges
	}
	switch {
	case a.at == ended || a.k.stopped && a.at == atEdge:
		return 0
	case a.ordinary && a.told && !a.late:
		return gets
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
		if (mine == comes || mine == gets) && cur.at == inUser && cur.enabled() {
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
		if x.step != nil {
			continue
		}
		switch x.at {
		case blocked:
			if x.arrives == nil || x.arrives() {
				add(calls, x, 1)
			}
		case inUser:
			if x.late && x.told {
				add(gets, x, 1)
			}
			if x.on.spins && (forced || k.scene.handoff) {
				add(hands, x, 1)
			}
			if x.ordinary {
				break
			}
			if !k.scene.quiet {
				add(ticks1, x, 1)
			}
			if x.late && x.kicked {
				add(comes, x, 1)
			}
			if x == cur && k.scene.faults && mine != 0 {
				add(faults, x, 1)
			}
			if x == cur && k.scene.faulty && mine == goes && !x.on.faulty && x.on.t != &x.v.sched {
				add(traps, x, 1)
			}
		}
	}
	if k.signals.come < len(k.scene.signals) && k.signals.ready() && (k.outside == nil || k.outside.step == nil) {
		add(raises, nil, 1)
	}
	if k.p != nil && act.on {
		if k.scene.stops && k.stops == 0 {
			add(stops, nil, 1)
		}
		if k.stopped {
			add(awakes, nil, 1)
		}
		if k.scene.exits && !k.dying {
			add(ends, nil, 1)
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
			if a.on.faulty {
				k.fault(a)
				continue
			}
			return a
		case gets:
			k.deliver(a)
		case raises:
			k.do(k.outside, k.raise)
		case traps:
			k.fault(a)
		case stops:
			k.pause()
		case awakes:
			k.proceed()
		case ends:
			k.die()
		case stays:
			a.late = true
			return a
		case hands:
			a.giveWay = true
			return a
		case edges:
			e.cur = a
			if a.step == nil {
				k.do(a, func() { k.edge(a) })
			}
			if a.step != nil {
				k.advance(a)
			}
		case comes:
			a.at = atEdge
		case ticks1:
			a.at, a.event = atEdge, hosted.Ticked
		case calls:
			a.at, a.arrives, a.fault = atEdge, nil, false
			if a.ordinary {
				a.at = inUser
			}
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

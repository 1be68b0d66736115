//go:build explore

package sched

import (
	"flag"
	"strings"
	"testing"
	"time"
)

var deeper = flag.Int("deeper", 0, "explore with so many more preemptions")

// scene is a scheduler with its dispatchers and whatever a test adds.
type scene struct {
	*explorer
	s       *scheduler
	m       *modelMachine
	threads []*Thread
	atEnd   []func()
}

func (sc *scene) thread(name string, prio Priority, body func(t *Thread)) *Thread {
	t := sc.s.newThread(name, prio, body)
	sc.threads = append(sc.threads, t)
	return t
}

func (sc *scene) end(f func()) { sc.atEnd = append(sc.atEnd, f) }

// clock lets time pass to the instant given, at any moment, and calls timers when they are due.
func (sc *scene) clock(at int64) {
	sc.actor("clock", func() { point(); sc.m.setNow(at) })
	sc.actor("timer", func() {
		for {
			await(&sc.m.due, true)
			sc.s.timers.tick()
		}
	})
}

// explore runs a scene in every order with at most bound preemptions, and holds it to what must
// be so in all: every thread ends, and nothing is left in any queue.
//
// The bounds given are what takes seconds; -deeper adds to them.
func explore(t *testing.T, dispatchers, bound int, build func(sc *scene)) {
	t.Helper()
	bound += *deeper
	var path []decision
	begin := time.Now()
	run := func(logging bool) *explorer {
		e := &explorer{bound: bound, path: path, logging: logging}
		sc := &scene{explorer: e, m: &modelMachine{now: 1}}
		sc.s = newScheduler(sc.m, dispatchers)
		for i, d := range sc.s.dispatchers {
			e.actor([]string{"dispatcher 0", "dispatcher 1", "dispatcher 2"}[i], d.run)
		}
		build(sc)
		for _, th := range sc.threads {
			th.Start()
		}
		ex = e
		e.run()
		for _, k := range sc.s.spare {
			k.ctx.Switch() // to its end
		}
		ex = nil
		if e.fault == "" {
			sc.verify()
			for _, f := range sc.atEnd {
				f()
			}
		}
		path = e.path
		return e
	}
	for n := 1; ; n++ {
		e := run(false)
		if e.fault != "" {
			again := run(true)
			t.Fatalf("run %d: %s\n  %s", n, e.fault, strings.Join(again.log, "\n  "))
		}
		if !e.next() {
			t.Logf("%d orders with up to %d preemptions in %v", n, bound, time.Since(begin).Round(time.Millisecond))
			return
		}
		path = e.path
	}
}

func (sc *scene) verify() {
	for _, t := range sc.threads {
		if t.State() != Ended {
			sc.fail("%s is left %v", t.name, t.State())
		}
		if t.linked || t.onStack || t.queue.Load() != 0 || t.waitq.Load() != nil || t.timer.Queued() {
			sc.fail("%s is left in some queue", t.name)
		}
	}
	if n := sc.s.live; n != 0 || sc.s.oldest != nil || sc.s.newest != nil {
		sc.fail("%d threads left in the list", n)
	}
	if n := int(sc.s.idle.n.Load()); n != len(sc.s.dispatchers) || n != len(sc.s.idle.parked) {
		sc.fail("%d dispatchers parked", n)
	}
	for _, d := range sc.s.dispatchers {
		if d.ready.first.Load() != 0 || d.ready.n != 0 || d.bound.n != 0 || *d.token.given {
			sc.fail("a run queue or a token is left over")
		}
	}
	if sc.s.timers.heap.Len() != 0 {
		sc.fail("a timer is left over")
	}
}

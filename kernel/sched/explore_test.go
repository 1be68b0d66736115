//go:build explore

package sched

import (
	"fmt"
	"iter"
	"runtime"
	"strings"
)

// The explorer runs the scheduler's own code with a handful of actors (dispatchers, wakers, the
// clock), one of which runs at a time. At every point and every lock it decides who goes on, and
// it runs a scene again and again until every sequence of decisions with at most so many
// preemptions has been taken (Musuvathi and Qadeer, "Iterative context bounding", PLDI 2007).

// actor is something that runs by itself.
type actor struct {
	name   string
	resume chan struct{}
	gate   *bool // waits for it to have the value want; nil: it can go on
	want   bool
	after  int // waits for the others to have made more steps than these; -1: does not
	done   bool
}

type decision struct{ taken, of int }

type explorer struct {
	actors      []*actor
	cur         *actor
	bound       int // preemptions allowed
	preemptions int
	path        []decision // decisions, of the last run and then of this one
	depth       int        // made in this run
	steps       int        // made by actors that do not spin
	all         int
	log         []string
	logging     bool
	abort       bool
	fault       string
	over        chan struct{}
}

var ex *explorer // nil: not exploring

const maxSteps = 5000

func (a *actor) enabled(e *explorer) bool {
	return !a.done && (a.gate == nil || *a.gate == a.want) && (a.after < 0 || e.steps > a.after)
}

// decide says who goes on, nil if nobody can.
func (e *explorer) decide() *actor {
	var can [16]*actor
	n := 0
	mine := e.cur.enabled(e)
	if mine {
		can[0], n = e.cur, 1
	}
	if !mine || e.preemptions < e.bound {
		for _, a := range e.actors {
			if a != e.cur && a.enabled(e) {
				can[n] = a
				n++
			}
		}
	}
	if n <= 1 {
		return can[0]
	}
	i := 0
	if e.depth < len(e.path) {
		if i = e.path[e.depth].taken; e.path[e.depth].of != n {
			panic("not deterministic")
		}
	} else {
		e.path = append(e.path, decision{0, n})
	}
	e.depth++
	if mine && i > 0 {
		e.preemptions++
	}
	return can[i]
}

// next sets the path to the next one; false if there is none.
func (e *explorer) next() bool {
	for n := len(e.path); n > 0; n-- {
		if d := &e.path[n-1]; d.taken+1 < d.of {
			d.taken++
			e.path = e.path[:n]
			return true
		}
	}
	return false
}

// pass lets somebody go on, perhaps the caller. It returns when it is the caller's turn.
func (e *explorer) pass() {
	a := e.cur
	if e.all++; e.all > maxSteps && e.fault == "" {
		e.fail("no end: live-lock")
	}
	to := e.decide()
	if e.fault != "" {
		to = nil
	}
	if to != a {
		if to == nil {
			close(e.over)
		} else {
			e.cur = to
			to.resume <- struct{}{}
		}
		if a.done {
			return
		}
		<-a.resume
		if e.abort {
			runtime.Goexit()
		}
	}
	a.gate, a.after = nil, -1
	if e.logging {
		_, file, line, _ := runtime.Caller(2)
		e.log = append(e.log, fmt.Sprintf("%s at %s:%d", a.name, file[strings.LastIndexByte(file, '/')+1:], line))
	}
}

func (e *explorer) fail(f string, args ...any) {
	if e.fault == "" {
		e.fault = fmt.Sprintf(f, args...)
	}
}

// check fails the run at once.
func (e *explorer) check(ok bool, f string, args ...any) {
	if !ok {
		e.fail(f, args...)
		e.pass()
	}
}

// actor adds an actor; it begins when the explorer says so.
func (e *explorer) actor(name string, f func()) {
	a := &actor{name: name, resume: make(chan struct{}), after: -1}
	e.actors = append(e.actors, a)
	go func() {
		<-a.resume
		if e.abort {
			return
		}
		defer func() {
			if e.abort {
				return
			}
			if p := recover(); p != nil {
				e.fail("panic: %v", p)
			}
			a.done = true
			e.steps++
			e.pass()
		}()
		f()
	}()
}

// run lets the actors run until none can go on.
func (e *explorer) run() {
	e.over = make(chan struct{})
	e.cur = &actor{done: true}
	first := e.decide()
	e.cur = first
	first.resume <- struct{}{}
	<-e.over
	e.abort = true
	for _, a := range e.actors {
		if !a.done {
			a.resume <- struct{}{}
		}
	}
}

// point: see sync.go.
func point() {
	if ex != nil && !ex.abort {
		ex.steps++
		ex.pass()
	}
}

// spin waits for the others to make a step.
func spin() {
	ex.cur.after = ex.steps
	ex.pass()
}

func await(gate *bool, want bool) {
	for *gate != want {
		ex.cur.gate, ex.cur.want = gate, want
		ex.pass()
	}
}

type mutex struct{ held bool }

func (m *mutex) Lock() {
	if ex != nil && !ex.abort {
		ex.steps++
		ex.cur.gate, ex.cur.want = &m.held, false
		ex.pass()
	}
	m.held = true
}

func (m *mutex) Unlock() { m.held = false }

type token struct{ given *bool }

func newToken() token { return token{new(bool)} }

func (t token) give() {
	if *t.given {
		panic("two tokens")
	}
	*t.given = true
}

func (t token) take() {
	await(t.given, true)
	*t.given = false
}

// modelMachine has a clock that moves when a scene says so.
type modelMachine struct {
	now, wake int64
	due       bool
}

func (m *modelMachine) Now() int64       { return m.now }
func (m *modelMachine) Kick(t *Thread)   {}
func (m *modelMachine) SetWake(at int64) { m.wake = at; m.look() }
func (m *modelMachine) look()            { m.due = m.wake != 0 && m.wake <= m.now }
func (m *modelMachine) setNow(at int64)  { m.now = at; m.look() }
func (m *modelMachine) NewContext(f func()) Context {
	c := &modelContext{m: m}
	c.resume, _ = iter.Pull(func(yield func(struct{}) bool) {
		c.suspend = yield
		f()
	})
	return c
}

// modelContext knows who resumed it.
type modelContext struct {
	m       *modelMachine
	by      *actor
	next    *modelContext
	resume  func() (struct{}, bool)
	suspend func(struct{}) bool
}

func (c *modelContext) Switch() {
	if c.by == ex.cur {
		c.suspend(struct{}{})
		return
	}
	for by := ex.cur; c != nil; {
		ex.check(c.by == nil, "%s resumes a thread that another runs", by.name)
		c.by = by
		c.resume()
		c.by = nil
		c, c.next = c.next, nil
	}
}

func (c *modelContext) SwitchTo(next Context, at *uint64) {
	*at = uint64(c.m.now)
	ex.check(c.by == ex.cur, "%s suspends a thread that it does not run", ex.cur.name)
	c.next = next.(*modelContext)
	c.suspend(struct{}{})
}

package sa

import (
	"flag"
	"fmt"
	"strings"
	"testing"
)

// explorer visits every state that a sim can get into.
type explorer struct {
	s      *sim
	index  map[string]int32
	states []string
	from   []int32 // by which state it was found
	by     []event
	next   [][]int32 // by cooperative events
	limit  int
}

// event is one thing that may happen.
type event struct {
	kind   byte // k: kernel, u: user step, t: tick, i: kick, d: device, q: quota, x: end
	n, arg uint8
}

func (e event) String() string { return fmt.Sprintf("%c%d.%d", e.kind, e.n, e.arg) }

// hostile events are those that progress does not depend on.
func (e event) hostile() bool { return e.kind == 'q' && e.n == 1 }

// apply does e, false if it cannot happen now.
func (s *sim) apply(e event) (ok bool) {
	defer func() {
		if r := recover(); r != nil {
			s.fail("%v", r)
			ok = true
		}
	}()
	n := int(e.n)
	switch e.kind {
	case 'k':
		if s.l[n].at != atEdge {
			return false
		}
		s.kernel(n)
	case 'u':
		if s.l[n].at != inUser {
			return false
		}
		return s.step(n, int(e.arg))
	case 't', 'i':
		l := &s.l[n]
		if l.at != inUser || e.kind == 'i' && !l.kicked {
			return false
		}
		l.at = atEdge
		if e.kind == 't' {
			l.event = Ticked
		}
	case 'd':
		l := &s.l[n]
		if l.at != blocked {
			return false
		}
		l.at, l.fixed = atEdge, false
	case 'q':
		quota := int(e.arg)
		if n == 0 { // at last there is a processor
			if s.p.quota != 0 || quota != 1 {
				return false
			}
		} else {
			if s.moves == 0 || quota == s.p.quota || quota > s.nvp {
				return false
			}
			s.moves--
		}
		(&share{p: s.p}).set(quota)
	case 'x':
		if s.p.dead || !s.cfg.exits {
			return false
		}
		s.p.Die()
		for i := range s.l {
			if l := &s.l[i]; l.at == parked || l.at == blocked {
				l.at = atEdge
			} else {
				l.kicked = true
			}
		}
	}
	return true
}

func (x *explorer) events() (all []event) {
	for n := range x.s.l {
		n := uint8(n)
		all = append(all, event{'k', n, 0}, event{'d', n, 0}, event{'i', n, 0}, event{'t', n, 0})
		for c := range 6 {
			all = append(all, event{'u', n, uint8(c)})
		}
	}
	for q := range x.s.nvp + 1 {
		all = append(all, event{'q', 1, uint8(q)})
	}
	return append(all, event{'q', 0, 1}, event{'x', 0, 0})
}

// visit adds a state, and returns its number.
func (x *explorer) visit(state string, from int32, by event) int32 {
	if i, ok := x.index[state]; ok {
		return i
	}
	i := int32(len(x.states))
	x.index[state] = i
	x.states = append(x.states, state)
	x.from, x.by, x.next = append(x.from, from), append(x.by, by), append(x.next, nil)
	return i
}

// run visits all states and returns what is wrong with the first one that is, and how to get there.
func (x *explorer) run() string {
	s := x.s
	x.index = make(map[string]int32)
	x.visit(s.save(), -1, event{})
	all := x.events()
	for i := int32(0); int(i) < len(x.states); i++ {
		for _, e := range all {
			s.load(x.states[i])
			if !s.apply(e) {
				continue
			}
			s.tidy()
			if len(s.errors) == 0 {
				s.verify()
			}
			if len(s.errors) != 0 {
				return x.path(i, e) + strings.Join(s.errors, "; ")
			}
			to := x.visit(s.save(), i, e)
			if !e.hostile() {
				x.next[i] = append(x.next[i], to)
			}
		}
		if len(x.states) > x.limit {
			return fmt.Sprintf("more than %d states", x.limit)
		}
	}
	return x.stuck()
}

// stuck finds a state from which there is no way to the end: all threads done, or the process dead
// and all LWPs ended.
func (x *explorer) stuck() string {
	n := len(x.states)
	back := make([][]int32, n)
	var todo []int32
	good := make([]bool, n)
	for i := range x.states {
		for _, to := range x.next[i] {
			back[to] = append(back[to], int32(i))
		}
		x.s.load(x.states[i])
		if x.s.complete() {
			good[i] = true
			todo = append(todo, int32(i))
		}
	}
	if len(todo) == 0 {
		return "the end is never reached"
	}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, b := range back[i] {
			if !good[b] {
				good[b] = true
				todo = append(todo, b)
			}
		}
	}
	for i := range x.states {
		if !good[i] {
			return x.path(int32(i), event{}) + "no way to the end from here"
		}
	}
	return ""
}

// complete says that there is nothing left to do.
func (s *sim) complete() bool {
	if !s.p.dead {
		return s.finished() == s.nt
	}
	for i := range s.l {
		if s.l[i].at != ended {
			return false
		}
	}
	return true
}

// path tells how a state was come by.
func (x *explorer) path(i int32, last event) string {
	var steps []event
	for j := i; x.from[j] >= 0; j = x.from[j] {
		steps = append(steps, x.by[j])
	}
	var b strings.Builder
	s := x.s
	show := func(e event, state string) {
		s.load(state)
		fmt.Fprintf(&b, "%-6v %s\n", e, s.describe())
	}
	states := []int32{i}
	for j := i; x.from[j] >= 0; j = x.from[j] {
		states = append(states, x.from[j])
	}
	for k := len(states) - 1; k >= 0; k-- {
		e := event{'-', 0, 0}
		if k < len(steps) {
			e = steps[k]
		}
		show(e, x.states[states[k]])
	}
	if last.kind != 0 {
		fmt.Fprintf(&b, "%v\n", last)
		s.load(x.states[i])
		s.apply(last)
		s.tidy()
		s.verify()
		fmt.Fprintf(&b, "       %s\n", s.describe())
	}
	return b.String()
}

// describe shows a state on a line.
func (s *sim) describe() string {
	var b strings.Builder
	for i := range s.p.vps {
		v := &s.p.vps[i]
		fmt.Fprintf(&b, "VP%d=%v/L%d", i, v.state, v.lwp)
		if v.saved {
			b.WriteString(" saved")
		}
		if v.due != 0 {
			fmt.Fprintf(&b, " due %d", v.due)
		}
		fmt.Fprintf(&b, " dis %d pend %d cur %d  ", v.page.Disabled, v.page.Pending, int32(v.page.Cur))
	}
	for i := range s.l {
		l := &s.l[i]
		fmt.Fprintf(&b, "L%d=%s:%s", i, [...]string{"user", "edge", "parked", "blocked", "ended"}[l.at], stepNames[l.ctx.pc])
		if l.ctx.t != none {
			fmt.Fprintf(&b, " t%d", l.ctx.t)
		}
		if l.ctx.next != none {
			fmt.Fprintf(&b, " next%d", l.ctx.next)
		}
		b.WriteString("  ")
	}
	fmt.Fprintf(&b, "lock %d runq %v park %v ready %d quota %d nrun %d", s.lock, s.runq, s.parkq, s.area.Process.Ready, s.p.quota, s.p.in[Run])
	return b.String()
}

func explore(c simConfig, limit int) (string, int) {
	Debug = true
	s := newSim(c)
	x := &explorer{s: s, limit: limit}
	return x.run(), len(x.states)
}

var large = flag.Bool("large", false, "explore the large scenes too: minutes, and gigabytes")

// Is there, whatever happens in whatever order, every thread in exactly one place, no invariant
// broken, and always a way on?
func TestExplore(t *testing.T) {
	scenes := []simConfig{
		{nvp: 1, nt: 2, nslot: 2, ops: 1},
		{nvp: 1, nt: 2, nslot: 3, ops: 1, quantum: true, moves: 1},
		{nvp: 1, nt: 2, nslot: 3, ops: 1, faults: 1, exits: true},
	}
	if *large {
		scenes = append(scenes, []simConfig{
			{nvp: 2, nt: 2, nslot: 3, ops: 1, conc: 2, moves: 1},
			{nvp: 2, nt: 2, nslot: 4, ops: 1, conc: 2, faults: 1},
			{nvp: 2, nt: 3, nslot: 3, ops: 1, conc: 2},
			{nvp: 1, nt: 3, nslot: 3, ops: 1, quantum: true, moves: 2},
		}...)
	}
	if underRace {
		scenes = scenes[:1]
	}
	for _, c := range scenes {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			wrong, n := explore(c, 8_000_000)
			t.Logf("%d states", n)
			if wrong != "" {
				t.Fatal("\n" + wrong)
			}
		})
	}
}

// Is each of these mistakes found?
func TestSeeds(t *testing.T) {
	for _, c := range []simConfig{
		{nvp: 1, nt: 2, nslot: 2, ops: 1, broken: "no resume range"},
		{nvp: 1, nt: 2, nslot: 3, ops: 1, broken: "no unpark"},
		{nvp: 1, nt: 2, nslot: 3, ops: 1, broken: "sa_yield that compares nothing"},
	} {
		wrong, n := explore(c, 100_000)
		if wrong == "" || strings.HasPrefix(wrong, "more than") {
			t.Errorf("%s: not found in %d states (%s)", c.broken, n, wrong)
			continue
		}
		lines := strings.Split(strings.TrimSpace(wrong), "\n")
		t.Logf("%s: found in %d states, %d steps: %s", c.broken, n, len(lines)-1, lines[len(lines)-1])
	}
}

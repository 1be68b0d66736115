package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gossamer/tools/tracejson"
)

// A story is what is to be told: a stretch of time, and what happens in it.
type story struct {
	from, to float64 // microseconds
	lines    []*tracejson.Line
	arrows   []tracejson.Curve
	steps    []step
}

// step is one thing that happens, on a track at a time.
type step struct {
	tracejson.Point
	text string
}

// find finds the shortest stretch in which a thread blocks, its VP runs another, and the first
// comes back.
func find(t *tracejson.Timeline) (*story, error) {
	var best *story
	for _, block := range t.Arrows {
		if block.Kind != "block" || len(block.Points) != 3 {
			continue
		}
		if s := tell(t, block); s != nil && (best == nil || s.to-s.from < best.to-best.from) {
			best = s
		}
	}
	if best == nil {
		return nil, errors.New("no thread blocks and comes back in this trace")
	}
	best.choose(t)
	return best, nil
}

// tell tells the story that begins with a block, nil if it has no end.
func tell(t *tracejson.Timeline, block tracejson.Curve) *story {
	from, upcall, next := block.Points[0], block.Points[1], block.Points[2]
	thread := from.Name
	resume := first(t, "resume", func(c tracejson.Curve) bool {
		return c.Points[1].Line == from.Line && c.Points[0].Time > next.Time
	})
	if resume == nil {
		return nil
	}
	lwp, again := resume.Points[0], resume.Points[1]
	wake := first(t, "wake", func(c tracejson.Curve) bool {
		return c.Points[1].Line == lwp.Line && c.Points[0].Time > next.Time && c.Points[1].Time < lwp.Time
	})
	if wake == nil {
		return nil
	}
	waker := wake.Points[0]
	runs := fmt.Sprintf("ulib runs %s there", next.Name)
	if waker.PID == from.PID {
		runs += "; what it writes is what " + thread + " waits for"
	} else {
		runs += ", as if nothing had happened"
	}
	s := &story{steps: []step{
		{from, fmt.Sprintf("%s calls the kernel, which has nothing for it: it is %s", thread, at(from).Name)},
		{upcall, fmt.Sprintf("%s enters the program again at once, by an upcall, on another LWP", upcall.Name)},
		{next, runs},
		{waker, fmt.Sprintf("%s wakes %s, which has kept the call of %s", waker.Name, lwp.Name, thread)},
		{lwp, fmt.Sprintf("%s ends the call: the registers go to a slot, and that on the ready list", lwp.Name)},
	}}
	for i, sl := range upcall.Line.Slices {
		if sl.From > lwp.Time && sl.From < again.Time && strings.HasPrefix(sl.Name, "upcall") {
			s.steps = append(s.steps, step{tracejson.Point{Line: upcall.Line, Time: sl.From, Slice: i},
				fmt.Sprintf("the VP is told to look (%s); ulib takes what is on the list", sl.Name)})
			break
		}
	}
	s.steps = append(s.steps, step{again, fmt.Sprintf("%s goes on, loaded from its slot without a call: its read returns", thread)})
	s.from, s.to = before(from), after(again)
	return s
}

// first is the first arrow of a kind that is as wanted.
func first(t *tracejson.Timeline, kind string, wanted func(tracejson.Curve) bool) *tracejson.Curve {
	var best *tracejson.Curve
	for i := range t.Arrows {
		c := &t.Arrows[i]
		if c.Kind == kind && wanted(*c) && (best == nil || c.Points[0].Time < best.Points[0].Time) {
			best = c
		}
	}
	return best
}

func at(p tracejson.Point) tracejson.Slice { return p.Line.Slices[p.Slice] }

// before is where the slice before a point's begins, after where the point's slice ends.
func before(p tracejson.Point) float64 {
	if p.Slice == 0 {
		return p.Time
	}
	return p.Line.Slices[p.Slice-1].From
}

func after(p tracejson.Point) float64 { return min(at(p).To, p.Time+2*(p.Time-before(p))) }

// choose takes the tracks of the story's process that change in its time and those of its steps,
// and the arrows that begin and end in it.
func (s *story) choose(t *tracejson.Timeline) {
	pid := s.steps[0].PID
	rank := func(l *tracejson.Line) int {
		return slices.IndexFunc(prefixes, func(p string) bool { return strings.HasPrefix(l.Name, p) })
	}
	for _, l := range t.Lines {
		if slices.ContainsFunc(s.steps, func(st step) bool { return st.Line == l }) {
			s.lines = append(s.lines, l)
		} else if l.PID == pid && rank(l) >= 0 && slices.ContainsFunc(l.Slices, func(sl tracejson.Slice) bool { return sl.From > s.from && sl.From < s.to }) {
			s.lines = append(s.lines, l)
		}
	}
	slices.SortStableFunc(s.lines, func(a, b *tracejson.Line) int {
		if a.PID != b.PID { // who wakes the thread from elsewhere comes last
			if a.PID == pid {
				return -1
			}
			return 1
		}
		if ra, rb := rank(a), rank(b); ra != rb {
			return ra - rb
		}
		return a.Order - b.Order
	})
	for _, c := range t.Arrows {
		if !slices.ContainsFunc(c.Points, func(p tracejson.Point) bool {
			return p.Time < s.from || p.Time > s.to || !slices.Contains(s.lines, p.Line)
		}) {
			s.arrows = append(s.arrows, c)
		}
	}
}

// prefixes of the names of tracks, from top to bottom.
var prefixes = []string{"VP", "thread", "LWP"}

// clip is the part of a slice that lies in the story; ok: there is one.
func (s *story) clip(sl tracejson.Slice) (from, to float64, ok bool) {
	from, to = max(sl.From, s.from), math.Min(sl.To, s.to)
	return from, to, to > from
}

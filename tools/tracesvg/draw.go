package main

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"

	"gossamer/tools/tracejson"
)

// Measures, in the picture's units, which are pixels at its natural size.
const (
	width    = 1040.0
	left     = 128.0 // where time begins
	right    = 16.0
	top      = 28.0
	bar      = 24.0
	rowSpace = 46.0
	callBar  = 14.0 // of a system call, above its LWP's states
	radius   = 8.5  // of a step's number
	caption  = 20.0 // a line of text below
	ascent   = 10.0
	letter   = 6.4 // more than a letter is wide on average, at the size of labels
)

// box is a rectangle, for finding out what overlaps.
type box struct{ x, y, w, h float64 }

func (a box) overlaps(b box) bool {
	return a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h
}

// label is a text that stands somewhere.
type label struct {
	box
	class, text string
}

// picture is an SVG being made.
type picture struct {
	body   strings.Builder
	w, h   float64
	bars   []box
	labels []label // in front of all else
	steps  []box   // their numbers
	used   map[string]bool
}

func (p *picture) add(format string, a ...any) { fmt.Fprintf(&p.body, format+"\n", a...) }

// write puts a text with its base line at y.
func (p *picture) write(x, y float64, class, text string) {
	p.labels = append(p.labels, label{box{x, y - ascent, letter * float64(len([]rune(text))), ascent + 3}, class, text})
}

// draw draws a story.
func (s *story) draw() *picture {
	p := &picture{w: width, used: map[string]bool{}}
	scale := (width - left - right) / (s.to - s.from)
	x := func(t float64) float64 { return left + (t-s.from)*scale }
	y := map[*tracejson.Line]float64{} // the top of a track's states
	next := top
	for i, l := range s.lines {
		if i > 0 && kind(l) != kind(s.lines[i-1]) {
			p.add(`<path class="rule" d="M8 %.1fH%.1f"/>`, next-10, width-8)
			next += 8
		}
		if kind(l) == "LWP" {
			next += callBar
		}
		y[l] = next
		next += rowSpace
	}
	for _, st := range s.steps {
		p.steps = append(p.steps, box{x(st.Time) - radius, y[st.Line] - radius, 2 * radius, 2 * radius})
	}
	for _, l := range s.lines {
		s.drawLine(p, l, x, y[l])
	}
	for _, c := range s.arrows {
		s.drawArrow(p, c, x, y)
	}
	for i := range s.steps {
		cx, cy := p.steps[i].x+radius, p.steps[i].y+radius
		p.add(`<circle class="step" cx="%.1f" cy="%.1f" r="%.1f"/>`, cx, cy, radius)
		p.add(`<text class="number" x="%.1f" y="%.1f">%d</text>`, cx, cy+4, i+1)
	}
	next = s.axis(p, x, next-8)
	for i, st := range s.steps {
		next += caption
		p.add(`<circle class="step" cx="20" cy="%.1f" r="%.1f"/>`, next-4, radius)
		p.add(`<text class="number" x="20" y="%.1f">%d</text>`, next, i+1)
		p.write(38, next, "say", st.text)
	}
	p.h = next + 14
	return p
}

// kind is which kind of track it is.
func kind(l *tracejson.Line) string {
	k, _, _ := strings.Cut(l.Name, " ")
	return k
}

// drawLine draws a track: an LWP's system calls above its states.
func (s *story) drawLine(p *picture, l *tracejson.Line, x func(float64) float64, y float64) {
	p.write(8, y+16, "name", l.Name)
	for i, sl := range l.Slices {
		from, to, ok := s.clip(sl)
		if !ok {
			continue
		}
		if kind(l) == "LWP" && i+1 < len(l.Slices) && l.Slices[i+1].Depth > sl.Depth {
			s.bar(p, box{x(from), y - callBar, x(to) - x(from), callBar}, "call", sl.Name)
			continue
		}
		s.bar(p, box{x(from), y, x(to) - x(from), bar}, class(kind(l), sl.Name), sl.Name)
	}
}

// bar draws a slice, with its name if there is room.
func (s *story) bar(p *picture, b box, class, name string) {
	p.add(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"><title>%s</title></rect>`, class, b.x, b.y, math.Max(b.w-0.8, 0.5), b.h, html.EscapeString(name))
	p.bars = append(p.bars, b)
	p.used[class] = true
	for _, text := range []string{name, short(name)} {
		l := label{box{b.x + 5, b.y + b.h/2 + 4 - ascent, letter * float64(len([]rune(text))), ascent + 3}, "in", text}
		for _, number := range p.steps {
			if l.overlaps(number) {
				l.x = number.x + number.w + 3
			}
		}
		if l.x+l.w+3 <= b.x+b.w {
			p.labels = append(p.labels, l)
			return
		}
	}
}

// short is a shorter way to say what a slice is called.
func short(name string) string {
	for _, cut := range []string{"upcall: ", "blocked in "} {
		if s, found := strings.CutPrefix(name, cut); found {
			return s
		}
	}
	if f := strings.Fields(name); len(f) == 3 && f[0] == "thread" {
		return f[2]
	}
	return name
}

// class is how a slice of a kind of track is painted.
func class(kind, name string) string {
	switch {
	case strings.HasPrefix(name, "upcall"), name == "taken off":
		return "upcall"
	case strings.HasPrefix(name, "blocked"):
		return "blocked"
	case name == "ready", name == "no CPU":
		return "ready"
	case name == "waiting", name == "idle":
		return "waiting"
	case name == "running", kind == "VP" && name != "scheduler":
		return "running"
	}
	return "other"
}

// drawArrow draws an arrow from slice to slice.
func (s *story) drawArrow(p *picture, c tracejson.Curve, x func(float64) float64, y map[*tracejson.Line]float64) {
	for i := 1; i < len(c.Points); i++ {
		from, to := c.Points[i-1], c.Points[i]
		x0, y0, x1, y1 := x(from.Time), y[from.Line]+bar, x(to.Time), y[to.Line]
		if y1 < y0 { // upwards
			y0, y1 = y[from.Line], y[to.Line]+bar
		}
		if y1 > y0 && s.numbered(to) {
			y1 -= radius
		}
		mid := (y0 + y1) / 2
		p.add(`<path class="arrow %s" marker-end="url(#%s)" d="M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f"/>`, c.Kind, c.Kind, x0, y0, x0, mid, x1, mid, x1, y1)
	}
}

// numbered reports whether a step's number stands at a point.
func (s *story) numbered(at tracejson.Point) bool {
	return slices.ContainsFunc(s.steps, func(st step) bool { return st.Line == at.Line && st.Time == at.Time })
}

// axis draws the scale of time, which begins with the story, and what the colours mean; it returns
// where that ends.
func (s *story) axis(p *picture, x func(float64) float64, y float64) float64 {
	p.add(`<path class="rule" d="M%.1f %.1fH%.1f"/>`, left, y, width-right)
	step := 1.0
	for (s.to-s.from)/step > 16 {
		step *= 2
	}
	for t := 0.0; t <= s.to-s.from; t += step {
		at := x(s.from + t)
		p.add(`<path class="rule" d="M%.1f %.1fv5"/>`, at, y)
		text := fmt.Sprintf("%g", t)
		if t == 0 {
			text = "0 µs"
		}
		if at+letter*float64(len(text)) < width {
			p.write(at, y+17, "tick", text)
		}
	}
	y += 42
	at := left
	for _, k := range [][2]string{{"running", "runs"}, {"upcall", "in an upcall"}, {"blocked", "blocked in the kernel"}, {"ready", "ready"}, {"waiting", "waits"}, {"other", "ulib's scheduler"}, {"call", "system call"}} {
		if !p.used[k[0]] {
			continue
		}
		p.add(`<rect class="%s" x="%.1f" y="%.1f" width="16" height="12"/>`, k[0], at, y-10)
		p.write(at+22, y, "tick", k[1])
		at += 22 + letter*float64(len(k[1])) + 26
	}
	return y + 10
}

// text is the file.
func (p *picture) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g">`+"\n", p.w, p.h, p.w, p.h)
	b.WriteString("<title>A thread blocks: its virtual processor runs another, and takes the first back</title>\n")
	b.WriteString("<style>\n" + style + "</style>\n<defs>\n")
	for _, k := range []string{"block", "resume", "ready", "wake"} {
		fmt.Fprintf(&b, `<marker id="%s" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head %s" d="M0 0L8 4L0 8z"/></marker>`+"\n", k, k)
	}
	b.WriteString("</defs>\n" + p.body.String())
	for _, l := range p.labels {
		fmt.Fprintf(&b, `<text class="%s" x="%.1f" y="%.1f">%s</text>`+"\n", l.class, l.x, l.y+ascent, html.EscapeString(l.text))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

const style = `text { font-family: system-ui, "DejaVu Sans", sans-serif; font-size: 11px; fill: #1f2328 }
.name { font-weight: 600 }
.say { font-size: 12px }
.tick { fill: #59636e }
.number { font-size: 11px; font-weight: 700; text-anchor: middle; fill: #ffffff }
.step { fill: #1f2328 }
.rule { stroke: #d1d9e0; fill: none }
.running { fill: #9cc9f5 }
.upcall { fill: #ffc680 }
.blocked { fill: #e3a9b6 }
.ready { fill: #cfe8c3 }
.waiting { fill: #e6e9ed }
.call { fill: #d6c6f0 }
.other { fill: #f0e6b8 }
.arrow { fill: none; stroke-width: 1.8 }
.arrow.block { stroke: #b3261e } .head.block { fill: #b3261e }
.arrow.resume { stroke: #1a7f37 } .head.resume { fill: #1a7f37 }
.arrow.ready { stroke: #59636e } .head.ready { fill: #59636e }
.arrow.wake { stroke: #8250df; stroke-dasharray: 4 3 } .head.wake { fill: #8250df }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.tick { fill: #9198a1 }
.number { fill: #0d1117 }
.step { fill: #e6edf3 }
.rule { stroke: #3d444d }
.running { fill: #1f4f7d }
.upcall { fill: #84521a }
.blocked { fill: #7a3345 }
.ready { fill: #2f5a36 }
.waiting { fill: #343b44 }
.call { fill: #54407d }
.other { fill: #5c5425 }
.arrow.block { stroke: #ff7b72 } .head.block { fill: #ff7b72 }
.arrow.resume { stroke: #56d364 } .head.resume { fill: #56d364 }
.arrow.ready { stroke: #9198a1 } .head.ready { fill: #9198a1 }
.arrow.wake { stroke: #c297ff } .head.wake { fill: #c297ff }
}
`

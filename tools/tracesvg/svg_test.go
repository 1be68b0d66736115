package main

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"strings"
	"testing"

	"gossamer/kernel/trace"
	"gossamer/tools/tracejson"
	"gossamer/ulib/sa"
)

// scene is a trace of a program of two threads on one VP: thread 1 blocks in read, thread 2 writes,
// and thread 1 comes back. LWPs 20 and 21 of process 20 are kernel threads 1 and 2. lasts is how long
// thread 2 runs.
func scene(t *testing.T, lasts ...uint64) *tracejson.Timeline { return sceneWith(t, false, lasts...) }

// sceneWith is a scene in which LWP 30 of another process, kernel thread 3, writes if foreign.
func sceneWith(t *testing.T, foreign bool, lasts ...uint64) *tracejson.Timeline {
	const one, two, slot = 0x1_0000_1000, 0x1_0000_2000, 5
	kernel, user := trace.Ring{}, trace.Ring{Process: 20}
	now := uint64(0)
	k := func(kind trace.Kind, thread uint32, a, b uint64) {
		now += 400
		kernel.Events = append(kernel.Events, trace.Event{Time: now, Kind: kind, Thread: thread, A: a, B: b})
	}
	u := func(kind trace.Kind, a, b uint64) {
		now += 400
		user.Events = append(user.Events, trace.Event{Time: now, Kind: kind, A: a, B: b})
	}
	k(trace.Switch, 1, 0, 0)
	k(trace.Upcall, 1, 1, trace.PackUpcall(0, 0, sa.None))
	u(trace.UserRun, one, 0)
	u(trace.UserReady, two, one)
	a, b := uint32(1), uint32(2)
	for _, d := range lasts {
		k(trace.Call, a, 0, 3)
		k(trace.Block, a, 0xabc, 0)
		k(trace.Upcall, b, uint64(a), trace.PackUpcall(0, sa.Blocked, slot))
		k(trace.Switch, b, uint64(a), trace.Blocked)
		u(trace.UserRun, two, 0)
		now += d
		writer := b
		if foreign {
			writer = 3
			k(trace.Switch, writer, uint64(b), trace.SliceEnded)
		}
		k(trace.Call, writer, 1, 4)
		k(trace.Wake, a, uint64(writer), trace.Woken)
		k(trace.Return, writer, 1, 1)
		k(trace.Switch, a, uint64(writer), trace.Yielded)
		k(trace.Return, a, 0, 1)
		k(trace.Save, a, slot, 0)
		k(trace.Block, a, 0xdef, 0)
		k(trace.Switch, b, uint64(a), trace.Blocked)
		k(trace.Save, b, 6, 0)
		k(trace.Upcall, b, uint64(b), trace.PackUpcall(0, sa.Preempted, sa.None))
		u(trace.UserRun, one, 0)
		k(trace.Wake, a, 0, trace.Woken)
		a, b = b, a
	}
	k(trace.Switch, 0, uint64(a), trace.Exited)
	log := &trace.Log{Hz: 1e9, Dispatchers: 1, Calls: map[uint64]string{0: "read", 1: "write"}, Rings: []trace.Ring{kernel, {},
		{Events: []trace.Event{{Kind: trace.LWP, Thread: 1, A: 20, B: 20}, {Kind: trace.LWP, Thread: 2, A: 21, B: 20}, {Kind: trace.LWP, Thread: 3, A: 30, B: 30}}}, user}}
	var file bytes.Buffer
	if _, err := tracejson.Convert(&file, log); err != nil {
		t.Fatal(err)
	}
	line, err := tracejson.Read(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// Is the shortest block told, from before it until after the thread is back, in seven steps?
func TestStory(t *testing.T) {
	s, err := find(scene(t, 30_000, 9_000, 20_000))
	if err != nil {
		t.Fatal(err)
	}
	if d := s.to - s.from; d < 9 || d > 20 {
		t.Errorf("it takes %.1f µs", d)
	}
	var where []string
	last := 0.0
	for _, st := range s.steps {
		where = append(where, st.Name)
		if st.Time < last || st.Time < s.from || st.Time > s.to {
			t.Errorf("%q at %v, after %v", st.text, st.Time, last)
		}
		last = st.Time
	}
	if got, want := strings.Join(where, ", "), "thread 1, VP 0, thread 2, LWP 20, LWP 21, VP 0, thread 1"; got != want {
		t.Errorf("steps on %s, want %s", got, want)
	}
	var lines []string
	for _, l := range s.lines {
		lines = append(lines, l.Name)
	}
	if got, want := strings.Join(lines, ", "), "VP 0, thread 1, thread 2, LWP 20, LWP 21"; got != want {
		t.Errorf("tracks %s, want %s", got, want)
	}
	kinds := map[string]bool{}
	for _, c := range s.arrows {
		kinds[c.Kind] = true
	}
	if !kinds["block"] || !kinds["resume"] || !kinds["wake"] {
		t.Errorf("arrows: %v", kinds)
	}
}

// Is one that wakes the thread from another process shown, below the rest?
func TestForeignWaker(t *testing.T) {
	s, err := find(sceneWith(t, true, 9_000))
	if err != nil {
		t.Fatal(err)
	}
	if last := s.lines[len(s.lines)-1]; last.Name != "LWP 30" || s.steps[3].Line != last || strings.Contains(s.steps[2].text, "writes") {
		t.Errorf("the last track is %s; steps %+v", last.Name, s.steps)
	}
	p := s.draw()
	for _, b := range p.steps {
		if b.y < 0 || b.y+b.h > p.h {
			t.Errorf("a number at %+v", b)
		}
	}
}

// A trace without such a block is refused.
func TestNoStory(t *testing.T) {
	if s, err := find(scene(t)); err == nil {
		t.Errorf("told %+v", s)
	}
}

// Does no text lie on another or outside, whatever the lengths of slices?
func TestGeometry(t *testing.T) {
	for _, d := range []uint64{0, 1_000, 10_000, 100_000, 10_000_000} {
		s, err := find(scene(t, d))
		if err != nil {
			t.Fatal(err)
		}
		p := s.draw()
		whole := box{0, 0, p.w, p.h}
		for i, a := range p.labels {
			if a.x < 0 || a.y < 0 || a.x+a.w > whole.w || a.y+a.h > whole.h {
				t.Errorf("%d: %q at %+v is outside of %+v", d, a.text, a.box, whole)
			}
			for _, b := range p.steps {
				if a.overlaps(b) {
					t.Errorf("%d: %q at %+v lies on a number", d, a.text, a.box)
				}
			}
			for _, b := range p.labels[:i] {
				if a.overlaps(b.box) {
					t.Errorf("%d: %q at %+v lies on %q at %+v", d, a.text, a.box, b.text, b.box)
				}
			}
		}
		for i, a := range p.bars {
			if a.x < left-0.01 || a.x+a.w > p.w-right+0.01 || a.y < 0 || a.y+a.h > p.h {
				t.Errorf("%d: bar %+v is outside", d, a)
			}
			for _, b := range p.bars[:i] {
				b.w -= 0.01
				if a.overlaps(b) && b.overlaps(a) && a.x > b.x {
					t.Errorf("%d: bar %+v lies on %+v", d, a, b)
				}
			}
		}
		wellFormed(t, p.text())
	}
}

// Is the picture in docs one of these, whole?
func TestChecked(t *testing.T) {
	text, err := os.ReadFile("../../docs/activations.svg")
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, string(text))
	for _, want := range []string{">upcall: blocked<", ">VP 0<", `class="arrow block"`, `class="arrow resume"`, "prefers-color-scheme: dark"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("docs/activations.svg has no %s", want)
		}
	}
}

// wellFormed also wants a style for each class.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, a := range e.Attr {
				for _, class := range strings.Fields(a.Value) {
					if a.Name.Local == "class" && class != "in" && !strings.Contains(style, "."+class+" ") && !strings.Contains(style, "."+class+".") {
						t.Errorf("class %s has no style", class)
					}
				}
			}
		}
	}
}

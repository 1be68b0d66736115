package tracejson

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// event is one entry of the file ("Trace Event Format", the Chromium project).
type event struct {
	Name  string         `json:"name,omitempty"`
	Phase string         `json:"ph"` // B, E: slice; i: instant; s, t, f: flow; M: metadata
	Time  json.Number    `json:"ts"` // microseconds
	PID   int            `json:"pid"`
	TID   int            `json:"tid"`
	Cat   string         `json:"cat,omitempty"`
	ID    int            `json:"id,omitempty"` // of a flow
	Bind  string         `json:"bp,omitempty"` // e: the flow ends in the slice around it
	Scope string         `json:"s,omitempty"`  // t: an instant of its thread
	Args  map[string]any `json:"args,omitempty"`
}

// args are an event's arguments.
type args = map[string]any

// track is one line of the picture. Its slices are a stack.
type track struct {
	pid, tid int
	depth    int
	hidden   bool // it is not in the file
}

// writer collects events at the time now.
type writer struct {
	events []event
	now    json.Number
	flows  int
}

func (w *writer) add(t *track, e event) {
	if t.hidden {
		return
	}
	e.PID, e.TID, e.Time = t.pid, t.tid, w.now
	w.events = append(w.events, e)
}

func (w *writer) begin(t *track, name string, a args) {
	t.depth++
	w.add(t, event{Name: name, Phase: "B", Args: a})
}

func (w *writer) end(t *track, a args) {
	t.depth--
	w.add(t, event{Phase: "E", Args: a})
}

func (w *writer) instant(t *track, name string, a args) {
	w.add(t, event{Name: name, Phase: "i", Scope: "t", Args: a})
}

// A flow is an arrow. It is drawn only if it arrives: until then it is not in the file.
type flow struct {
	from, via int // where it departs, and comes by, among the events; 0: it does not
	id        int
	kind      string
}

// depart is the start of an arrow in the slice that is open on t.
func (w *writer) depart(t *track, kind string) flow {
	if t.hidden {
		return flow{}
	}
	w.add(t, event{})
	w.flows++
	return flow{from: len(w.events) - 1, id: w.flows, kind: kind}
}

// pass has an arrow come by the slice that is open on t.
func (w *writer) pass(f *flow, t *track) {
	if f.from != 0 && !t.hidden {
		w.add(t, event{})
		f.via = len(w.events) - 1
	}
}

func (w *writer) arrive(f flow, t *track) {
	if f.from == 0 || t.hidden {
		return
	}
	point := func(e *event, phase string) { e.Name, e.Phase, e.Cat, e.ID = f.kind, phase, f.kind, f.id }
	point(&w.events[f.from], "s")
	if f.via != 0 {
		point(&w.events[f.via], "t")
	}
	w.add(t, event{Name: f.kind, Phase: "f", Cat: f.kind, ID: f.id, Bind: "e"})
}

// metadata names a process or thread of the file.
func (w *writer) metadata(t *track, what string, value any) {
	key := "name"
	if what == "process_sort_index" || what == "thread_sort_index" {
		key = "sort_index"
	}
	w.add(t, event{Name: what, Phase: "M", Args: args{key: value}})
}

// write writes the file.
func (w *writer) write(out io.Writer, other args) error {
	b := bufio.NewWriter(out)
	data, err := json.Marshal(other)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "{\"displayTimeUnit\":\"ns\",\"otherData\":%s,\"traceEvents\":[", data)
	comma := "\n"
	for i := range w.events {
		if w.events[i].Phase == "" {
			continue // an arrow that never arrived
		}
		data, err := json.Marshal(&w.events[i])
		if err != nil {
			return err
		}
		b.WriteString(comma)
		b.Write(data)
		comma = ",\n"
	}
	b.WriteString("\n]}\n")
	return b.Flush()
}

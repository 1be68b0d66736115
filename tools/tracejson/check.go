package tracejson

import (
	"encoding/json"
	"fmt"
)

// View is a file that Check has read.
type View struct {
	Tracks map[[2]int]*Track  // by process and thread
	Arrows map[string][]Arrow // those that have arrived, by kind
}

// An Arrow is the slices that it departs from, comes by, and arrives in.
type Arrow []End

// End is a slice, the innermost one, where an arrow is.
type End struct {
	*Track
	Slice string
}

// Track is one line of the picture.
type Track struct {
	Process, Name string
	Slices        map[string]int // how many of that name
	Instants      map[string]int
}

// parsed is an event as it is in a file.
type parsed struct {
	event
	Time float64 `json:"ts"`
}

func parse(data []byte) ([]parsed, error) {
	var file struct {
		Events []parsed `json:"traceEvents"`
	}
	err := json.Unmarshal(data, &file)
	return file.Events, err
}

// Check reads a file and says what is wrong with it: time that goes back, a slice without its
// other end, an arrow without its other end or outside any slice, a track without a name.
func Check(data []byte) (*View, error) {
	events, err := parse(data)
	if err != nil {
		return nil, err
	}
	v := &View{Tracks: map[[2]int]*Track{}, Arrows: map[string][]Arrow{}}
	processes := map[int]string{}
	open := map[[2]int][]string{} // slices
	arrows := map[int]Arrow{}     // under way
	last := 0.0
	for i, e := range events {
		bad := func(what string) error { return fmt.Errorf("event %d, %+v: %s", i, e, what) }
		at := [2]int{e.PID, e.TID}
		if e.Phase == "M" {
			name, _ := e.Args["name"].(string)
			switch e.Name {
			case "process_name":
				processes[e.PID] = name
			case "thread_name":
				v.Tracks[at] = &Track{Name: name, Slices: map[string]int{}, Instants: map[string]int{}}
			}
			continue
		}
		t := v.Tracks[at]
		if t == nil || processes[e.PID] == "" {
			return nil, bad("a track without a name")
		}
		t.Process = processes[e.PID]
		if e.Time < last {
			return nil, bad(fmt.Sprintf("comes after %v", last))
		}
		last = e.Time
		switch e.Phase {
		case "B":
			open[at] = append(open[at], e.Name)
			t.Slices[e.Name]++
		case "E":
			if len(open[at]) == 0 {
				return nil, bad("ends what has not begun")
			}
			open[at] = open[at][:len(open[at])-1]
		case "i":
			t.Instants[e.Name]++
		case "s", "t", "f":
			if len(open[at]) == 0 {
				return nil, bad("an arrow outside any slice")
			}
			arrow, under := arrows[e.ID]
			if e.Phase == "s" && under {
				return nil, bad("an arrow that departs twice")
			}
			if e.Phase != "s" && !under {
				return nil, bad("an arrow that did not depart")
			}
			arrows[e.ID] = append(arrow, End{t, open[at][len(open[at])-1]})
			if e.Phase == "f" {
				v.Arrows[e.Name] = append(v.Arrows[e.Name], arrows[e.ID])
				delete(arrows, e.ID)
			}
		default:
			return nil, bad("unknown phase")
		}
	}
	for at, slices := range open {
		if len(slices) != 0 {
			return nil, fmt.Errorf("%q of %v have no end", slices, at)
		}
	}
	for id := range arrows {
		return nil, fmt.Errorf("arrow %d does not arrive", id)
	}
	return v, nil
}

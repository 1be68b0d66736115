package tracejson

import (
	"encoding/json"
	"fmt"
)

// View is a file that Check has read.
type View struct {
	Tracks map[[2]int]*Track // by process and thread
	Arrows int               // from a wake to a run
}

// Track is one line of the picture.
type Track struct {
	Process, Name string
	Slices        map[string]int // how many of that name
	Instants      map[string]int
}

// Check reads a file and says what is wrong with it: time that goes back, a slice without its
// other end, an arrow without its other end or outside any slice, a track without a name.
func Check(data []byte) (*View, error) {
	var file struct {
		Events []struct {
			event
			Time float64 `json:"ts"`
		} `json:"traceEvents"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	v := &View{Tracks: map[[2]int]*Track{}}
	processes := map[int]string{}
	depth := map[[2]int]int{}
	arrows := map[int]int{}
	last := 0.0
	for i, e := range file.Events {
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
			depth[at]++
			t.Slices[e.Name]++
		case "E":
			if depth[at]--; depth[at] < 0 {
				return nil, bad("ends what has not begun")
			}
		case "i":
			t.Instants[e.Name]++
		case "s", "f":
			if depth[at] == 0 {
				return nil, bad("an arrow outside any slice")
			}
			if e.Phase == "s" {
				arrows[e.ID]++
				v.Arrows++
			} else if arrows[e.ID]--; arrows[e.ID] != 0 {
				return nil, bad("an arrow that did not depart")
			}
		default:
			return nil, bad("unknown phase")
		}
	}
	for at, n := range depth {
		if n != 0 {
			return nil, fmt.Errorf("%d slices of %v have no end", n, at)
		}
	}
	for id, n := range arrows {
		if n != 0 {
			return nil, fmt.Errorf("arrow %d does not arrive", id)
		}
	}
	return v, nil
}

package tracejson

import "math"

// A Timeline is a file as one would draw it. Times are microseconds.
type Timeline struct {
	Lines  []*Line
	Arrows []Curve
}

// Line is a track.
type Line struct {
	PID, Order    int
	Process, Name string
	Slices        []Slice // in the order in which they begin
}

// Slice is a slice of a track, Depth others being around it. One that the file does not end has
// an infinite To.
type Slice struct {
	Name     string
	From, To float64
	Depth    int
}

// Curve is an arrow of a kind by way of two or three points, in the order of time.
type Curve struct {
	Kind   string
	Points []Point
}

// Point is an instant on a track, in the slice Line.Slices[Slice].
type Point struct {
	*Line
	Time  float64
	Slice int
}

// Read reads a file that Check finds right.
func Read(data []byte) (*Timeline, error) {
	if _, err := Check(data); err != nil {
		return nil, err
	}
	events, err := parse(data)
	if err != nil {
		return nil, err
	}
	t := &Timeline{}
	lines := map[[2]int]*Line{}
	open := map[*Line][]int{}
	processes := map[int]string{}
	under := map[int]*Curve{}
	for _, e := range events {
		at := [2]int{e.PID, e.TID}
		l := lines[at]
		if l == nil {
			l = &Line{PID: e.PID}
			lines[at] = l
		}
		inner := len(open[l]) - 1
		switch e.Phase {
		case "M":
			name, _ := e.Args["name"].(string)
			order, _ := e.Args["sort_index"].(float64)
			switch e.Name {
			case "process_name":
				processes[e.PID] = name
			case "thread_name":
				l.Name = name
				t.Lines = append(t.Lines, l)
			case "thread_sort_index":
				l.Order = int(order)
			}
		case "B":
			open[l] = append(open[l], len(l.Slices))
			l.Slices = append(l.Slices, Slice{e.Name, e.Time, math.Inf(1), inner + 1})
		case "E":
			l.Slices[open[l][inner]].To = e.Time
			open[l] = open[l][:inner]
		case "s":
			under[e.ID] = &Curve{Kind: e.Name, Points: []Point{{l, e.Time, open[l][inner]}}}
		case "t", "f":
			c := under[e.ID]
			c.Points = append(c.Points, Point{l, e.Time, open[l][inner]})
			if e.Phase == "f" {
				t.Arrows = append(t.Arrows, *c)
			}
		}
	}
	for _, l := range t.Lines {
		l.Process = processes[l.PID]
	}
	return t, nil
}

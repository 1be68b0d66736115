package tracejson

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"gossamer/kernel/trace"
)

// convert converts and checks.
func convert(t *testing.T, log *trace.Log) (*View, string) {
	t.Helper()
	var b bytes.Buffer
	if _, err := Convert(&b, log); err != nil {
		t.Fatal(err)
	}
	v, err := Check(b.Bytes())
	if err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	return v, b.String()
}

// name makes a Name event.
func name(thread uint32, s string) trace.Event {
	var b [16]byte
	copy(b[:], s)
	var w [2]uint64
	for i, c := range b {
		w[i/8] |= uint64(c) << (i % 8 * 8)
	}
	return trace.Event{Kind: trace.Name, Thread: thread, A: w[0], B: w[1]}
}

// pipe is a reader (thread 1, LWP 10) woken by a writer (thread 2, LWP 11), on one dispatcher.
func pipe() *trace.Log {
	ev := func(t uint64, k trace.Kind, thread uint32, a, b uint64) trace.Event {
		return trace.Event{Time: t * 1000, Kind: k, Thread: thread, A: a, B: b}
	}
	return &trace.Log{Hz: 1e9, Dispatchers: 1, Calls: map[uint64]string{0: "read", 1: "write"}, Rings: []trace.Ring{
		{Events: []trace.Event{
			ev(10, trace.Switch, 1, 0, 0),
			ev(11, trace.Call, 1, 0, 3),
			ev(12, trace.Block, 1, 0xabc, 0),
			ev(13, trace.Switch, 2, 1, trace.Blocked),
			ev(14, trace.Call, 2, 1, 4),
			ev(15, trace.Wake, 1, 2, trace.Woken),
			ev(16, trace.Return, 2, 1, 1),
			ev(17, trace.Switch, 1, 2, trace.SliceEnded),
			ev(18, trace.Return, 1, 0, 1),
			ev(19, trace.Fault, 1, 0x1000, 14),
			ev(20, trace.Exit, 1, 0, 0),
			ev(21, trace.Switch, 0, 1, trace.Exited),
		}},
		{Events: []trace.Event{ev(1, trace.Create, 1, 0, 0), ev(2, trace.Create, 2, 0, 0)}},
		{Events: []trace.Event{name(1, "cat"), name(2, "yes"), {Kind: trace.LWP, Thread: 1, A: 10, B: 10}, {Kind: trace.LWP, Thread: 2, A: 12, B: 11}}},
		{Events: []trace.Event{ev(16, trace.Interrupt, 0, 32, 1), ev(3, trace.Interrupt, 0, 52, 0)}},
	}}
}

func TestTracksOfAPipe(t *testing.T) {
	v, text := convert(t, pipe())
	reader, writer, cpu, other := v.Tracks[[2]int{10, 10}], v.Tracks[[2]int{11, 12}], v.Tracks[[2]int{cpusPID, cpuTID}], v.Tracks[[2]int{cpusPID, cpuTID + 1}]
	for what, got := range map[string][2]int{
		"reader blocked in read":   {reader.Slices["blocked in read"], 1},
		"reader read":              {reader.Slices["read"], 1},
		"reader ready":             {reader.Slices["ready"], 2}, // created, woken
		"reader fault":             {reader.Instants["fault"], 1},
		"reader exit":              {reader.Instants["exit"], 1},
		"writer write":             {writer.Slices["write"], 1},
		"writer blocked":           {writer.Slices["blocked"], 0},
		"reader on the CPU":        {cpu.Slices["cat 10"], 2},
		"writer on the CPU":        {cpu.Slices["yes 12"], 1},
		"wake on the CPU":          {cpu.Instants["wake cat 10"], 1},
		"timer on the CPU":         {cpu.Instants["timer"], 1},
		"IRQ before anything runs": {other.Instants["IRQ 4"], 1},
		"arrows: 2 creates, wake":  {len(v.Arrows["wake"]), 3},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %d, want %d\n%s", what, got[0], got[1], text)
		}
	}
	if reader.Process != "cat" || reader.Name != "LWP 10" || writer.Process != "yes" || cpu.Name != "CPU 0" {
		t.Errorf("names: %+v %+v %+v", reader, writer, cpu)
	}
	if !strings.Contains(text, `"channel":"0xabc"`) {
		t.Error("the wait channel is not shown")
	}
}

// A thread that is woken before it has left the CPU is ready, not blocked.
func TestWokenBeforeTheSwitch(t *testing.T) {
	log := pipe()
	e := log.Rings[0].Events
	wake := e[5]
	wake.Time = e[2].Time + 1
	log.Rings[0].Events = []trace.Event{e[0], e[1], e[2], wake, e[3]}
	v, text := convert(t, log)
	if s := v.Tracks[[2]int{10, 10}].Slices; s["blocked in read"] != 0 || s["ready"] != 2 {
		t.Errorf("%v\n%s", s, text)
	}
}

// Two threads that had the same LWP number one after the other have tracks of their own.
func TestReusedNumbers(t *testing.T) {
	log := pipe()
	log.Rings[2].Events[3] = trace.Event{Kind: trace.LWP, Thread: 2, A: 10, B: 10}
	v, _ := convert(t, log)
	if v.Tracks[[2]int{10, 10}] == nil || v.Tracks[[2]int{10, otherTID + 2}] == nil {
		t.Errorf("tracks: %v", v.Tracks)
	}
}

// A kind that this program does not know is shown all the same.
func TestUnknownKind(t *testing.T) {
	log := pipe()
	log.Rings[0].Events = append(log.Rings[0].Events, trace.Event{Time: 99000, Kind: 200, Thread: 2, A: 7})
	v, text := convert(t, log)
	if v.Tracks[[2]int{11, 12}].Instants["kind 200"] != 1 {
		t.Error(text)
	}
}

// Whatever is lost, and whatever nonsense is left, the file is a valid one.
func TestAnyLogGivesAValidFile(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		log := &trace.Log{Hz: 1e6 + r.Uint64N(5e9), Dispatchers: 1 + r.IntN(3), Calls: map[uint64]string{0: "read"}}
		for range log.Dispatchers + 3 {
			ring := trace.Ring{Process: max(0, r.IntN(6)-3)}
			for range r.IntN(60) {
				ring.Events = append(ring.Events, trace.Event{Time: r.Uint64N(1000), Kind: trace.Kind(r.IntN(20)), CPU: uint8(r.IntN(3)),
					Thread: r.Uint32N(5), A: r.Uint64N(6), B: r.Uint64N(6) | r.Uint64N(5)<<16 | r.Uint64N(3)<<32})
			}
			log.Rings = append(log.Rings, ring)
		}
		convert(t, log)
	}
	convert(t, &trace.Log{Hz: 1})
}

// Everything that a trace from a machine loses at its front: the file of what is left is valid.
func TestLostFront(t *testing.T) {
	whole := pipe()
	for n := range len(whole.Rings[0].Events) {
		log := pipe()
		log.Rings[0].Events = log.Rings[0].Events[n:]
		log.Rings[0].Lost = uint64(n)
		_, text := convert(t, log)
		var file struct{ OtherData struct{ Lost int } }
		if err := json.Unmarshal([]byte(text), &file); err != nil || file.OtherData.Lost != n {
			t.Errorf("lost %d, %v; want %d", file.OtherData.Lost, err, n)
		}
	}
}

func TestCheckFindsWhatIsWrong(t *testing.T) {
	const names = `{"ph":"M","name":"process_name","pid":1,"args":{"name":"p"}},{"ph":"M","name":"thread_name","pid":1,"tid":1,"args":{"name":"t"}},`
	for events, want := range map[string]string{
		`{"ph":"B","ts":1,"pid":1,"tid":1}`:                                                                            "have no end",
		`{"ph":"E","ts":1,"pid":1,"tid":1}`:                                                                            "not begun",
		`{"ph":"i","ts":2,"pid":1,"tid":1},{"ph":"i","ts":1,"pid":1,"tid":1}`:                                          "comes after",
		`{"ph":"i","ts":2,"pid":1,"tid":9}`:                                                                            "without a name",
		`{"ph":"s","ts":2,"pid":1,"tid":1,"id":1}`:                                                                     "outside any slice",
		`{"ph":"B","ts":1,"pid":1,"tid":1},{"ph":"f","ts":2,"pid":1,"tid":1,"id":1}`:                                   "did not depart",
		`{"ph":"B","ts":1,"pid":1,"tid":1},{"ph":"s","ts":2,"pid":1,"tid":1,"id":1},{"ph":"E","ts":3,"pid":1,"tid":1}`: "does not arrive",
		`{"ph":"X","ts":2,"pid":1,"tid":1}`:                                                                            "unknown phase",
	} {
		_, err := Check([]byte(`{"traceEvents":[` + names + events + `]}`))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", events, err, want)
		}
	}
}

package trace

import (
	"bytes"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// fake is a Config whose clock counts its readings.
func fake(dispatchers, events int) Config {
	var now atomic.Uint64
	return Config{Dispatchers: dispatchers, Events: events, Clock: func() uint64 { return now.Add(1) }, Hz: 1e9, CPU: func() int { return 3 }}
}

func callName(nr uint64) string { return "call" + strconv.Itoa(int(nr)) }

func TestRingKeepsTheNewest(t *testing.T) {
	var r ring
	r.init(10) // rounded down to 8
	for i := range uint64(5) {
		r.put(Event{Time: i})
	}
	if events, lost := r.snapshot(); len(events) != 5 || lost != 0 {
		t.Errorf("not full: %d events, %d lost", len(events), lost)
	}
	for i := uint64(5); i < 100; i++ {
		r.put(Event{Time: i, Kind: Wake, CPU: 255, Thread: 1<<32 - 1, A: 1<<64 - 1, B: i})
	}
	events, lost := r.snapshot()
	if len(events) != 8 || lost != 92 {
		t.Fatalf("%d events, %d lost; want 8, 92", len(events), lost)
	}
	for i, e := range events {
		if want := (Event{uint64(92 + i), Wake, 255, 1<<32 - 1, 1<<64 - 1, uint64(92 + i)}); e != want {
			t.Errorf("event %d: %+v, want %+v", i, e, want)
		}
	}
}

// What a snapshot shows is whole, whoever writes meanwhile, and every event is either shown or
// lost.
func TestRingManyWriters(t *testing.T) {
	const writers, each = 4, 20_000
	var r ring
	r.init(64)
	var wg sync.WaitGroup
	for w := range uint32(writers) {
		wg.Go(func() {
			for i := range uint64(each) {
				r.put(Event{Time: i, Kind: Call, Thread: w, A: i ^ uint64(w), B: i + uint64(w)})
			}
		})
	}
	check := func() (n int, lost uint64) {
		events, lost := r.snapshot()
		for _, e := range events {
			if e.Kind != Call || e.Thread >= writers || e.A != e.Time^uint64(e.Thread) || e.B != e.Time+uint64(e.Thread) {
				t.Fatalf("torn: %+v", e)
			}
		}
		return len(events), lost
	}
	for range 200 {
		check()
	}
	wg.Wait()
	if n, lost := check(); uint64(n)+lost != writers*each || n == 0 {
		t.Errorf("%d shown and %d lost of %d", n, lost, writers*each)
	}
}

// An event whose slot is being written, or has been written by somebody a lap ahead, is given up.
func TestRingGivesUpRatherThanTear(t *testing.T) {
	var r ring
	r.init(4)
	r.slots[0].turn.Store(1) // the writer of event 0 has been stopped in the middle
	r.next.Store(4)
	r.put(Event{Time: 4})
	if got := r.slots[0].turn.Load(); got != 1 {
		t.Errorf("turn %d: a slot that was being written was taken", got)
	}
	r.slots[1].turn.Store(2*9 + 2) // event 9 is there
	r.put(Event{Time: 5})
	if got := r.slots[1].turn.Load(); got != 2*9+2 {
		t.Errorf("turn %d: a later event was overwritten", got)
	}
	if events, lost := r.snapshot(); len(events) != 0 || lost != 6 {
		t.Errorf("%v, %d lost; want none, 6", events, lost)
	}
}

func TestStartAndStop(t *testing.T) {
	if Active() != nil {
		t.Fatal("on without Start")
	}
	tr := Start(fake(1, 0))
	if tr == nil || Active() != tr {
		t.Fatal("Start did not turn tracing on")
	}
	if Start(fake(1, 0)) != nil {
		t.Error("started twice")
	}
	newTrace(fake(1, 0)).Stop()
	if Active() != tr {
		t.Error("another trace's Stop turned this one off")
	}
	tr.Stop()
	if Active() != nil {
		t.Error("on after Stop")
	}
}

// Events go to the dispatcher on which the goroutine that records them runs, and say who it is.
func TestEventsFindTheirDispatcher(t *testing.T) {
	tr := newTrace(fake(2, 0))
	tr.Switch(1, 0, 7, 0, 0)
	tr.EmitBy(Wake, 9, TimedOut) // 7 has not begun: nobody's
	self := tr.Begin(1, 7, "seven")
	tr.EmitBy(Wake, 9, Woken)
	tr.Switch(1, 7, 8, 0, Blocked)
	tr.EmitBy(Wake, 9, Woken) // 7 is no longer there
	tr.Switch(0, 0, 7, self, 0)
	tr.Emit(Call, 7, 39, 1)
	done := make(chan bool)
	go func() { tr.Emit(Exit, 3, 0, 0); close(done) }()
	<-done

	l := tr.Snapshot(callName)
	type brief struct {
		k      Kind
		thread uint32
		a      uint64
	}
	var got [4][]brief
	for i, r := range l.Rings {
		for _, e := range r.Events {
			got[i] = append(got[i], brief{e.Kind, e.Thread, e.A})
			if e.CPU != 3 {
				t.Errorf("CPU %d, want 3", e.CPU)
			}
		}
	}
	a, _ := PackName("seven")
	want := [4][]brief{
		{{Switch, 7, 0}, {Call, 7, 39}},
		{{Switch, 7, 0}, {Wake, 9, 7}, {Switch, 8, 7}},
		{{Wake, 9, 0}, {Wake, 9, 0}, {Exit, 3, 0}},
		{{Name, 7, a}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if l.Calls[39] != "call39" || len(l.Calls) != 1 {
		t.Errorf("calls: %v", l.Calls)
	}
}

func sample() *Log {
	return &Log{Hz: 2_600_000_000, Dispatchers: 1, Calls: map[uint64]string{0: "read", 1901: "x", 5: ""}, Rings: []Ring{
		{Lost: 12, Events: []Event{{1 << 63, Switch, 255, 1, 0, 0}, {1<<63 - 5, Return, 0, 1<<32 - 1, 0, 1<<64 - 1}, {0, kindEnd + 9, 1, 2, 3, 4}}},
		{Process: 7, Events: []Event{{5, UserRun, 0, 2, 1<<63 | 9, PackLeft(LeftWaiting, 12)}}},
	}}
}

func TestEncodeDecode(t *testing.T) {
	var b bytes.Buffer
	if err := sample().Encode(&b); err != nil {
		t.Fatal(err)
	}
	got, err := Decode(b.Bytes())
	if err != nil || !reflect.DeepEqual(got, sample()) {
		t.Errorf("%+v, %v\nwant %+v", got, err, sample())
	}
	if events, lost := got.Count(); events != 4 || lost != 12 {
		t.Errorf("%d events, %d lost; want 4, 12", events, lost)
	}
}

func TestDecodeRefusesWhatIsCutOrChanged(t *testing.T) {
	var b bytes.Buffer
	sample().Encode(&b)
	whole := b.Bytes()
	for n := range len(whole) {
		if _, err := Decode(whole[:n]); err == nil {
			t.Errorf("%d of %d bytes: no error", n, len(whole))
		}
	}
	for i := range magic {
		bad := slices.Clone(whole)
		bad[i]++
		if _, err := Decode(bad); err == nil {
			t.Errorf("byte %d changed: no error", i)
		}
	}
}

func FuzzDecode(f *testing.F) {
	var b bytes.Buffer
	sample().Encode(&b)
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := Decode(data)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := l.Encode(&again); err != nil {
			t.Fatal(err)
		}
		if m, err := Decode(again.Bytes()); err != nil || !reflect.DeepEqual(l, m) {
			t.Fatalf("%v: %+v became %+v", err, l, m)
		}
	})
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{"": "", "sh": "sh", "sixteen bytes ab": "sixteen bytes ab", "more than sixteen bytes": "more than sixtee"} {
		if got := UnpackName(PackName(in)); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
}

func TestEveryKindHasAName(t *testing.T) {
	seen := map[string]bool{}
	for k := Switch; k < kindEnd; k++ {
		if s := k.String(); seen[s] || s == "" || s[:1] == "k" && s != "kind" {
			t.Errorf("kind %d is called %q", k, s)
		} else {
			seen[s] = true
		}
	}
	if a, b := (kindEnd + 1).Words(); a != "a" || b != "b" || (kindEnd+1).String() == "" {
		t.Error("unknown kinds have no words")
	}
}

// Are sources part of the trace, up to the most that there can be?
func TestSources(t *testing.T) {
	tr := newTrace(fake(1, 1<<17))
	want := Ring{Lost: 3, Process: 9, Events: []Event{{Time: 1, Kind: UserReady, A: 5, B: 6}}}
	for i := range MaxSources + 1 {
		if got := tr.AddSource(func() Ring { return want }); got != (i < MaxSources) {
			t.Errorf("source %d: %v", i, got)
		}
	}
	l := tr.Snapshot(callName)
	if got := l.Rings[len(l.Rings)-1]; len(l.Rings) != 3+MaxSources || !reflect.DeepEqual(got, want) {
		t.Errorf("%d rings, the last %+v", len(l.Rings), got)
	}
	for events, want := range map[int]int{0: MinEvents, 1 << 17: 1 << 13, 1<<17 + 1<<16: 1 << 13, 1 << 20: 1 << 16} {
		if got := newTrace(fake(1, events)).SourceRoom(); got != want {
			t.Errorf("room of %d events: %d, want %d", events, got, want)
		}
	}
}

func TestPacking(t *testing.T) {
	for _, want := range [][3]uint32{{0, 0, 0}, {63, 4, NoSlot}, {1, 2, 1023}} {
		if vp, why, slot := UnpackUpcall(PackUpcall(int(want[0]), want[1], want[2])); vp != int(want[0]) || why != want[1] || slot != want[2] {
			t.Errorf("%v became %d, %d, %d", want, vp, why, slot)
		}
	}
	if how, lwp := UnpackLeft(PackLeft(LeftDone, 1<<32-1)); how != LeftDone || lwp != 1<<32-1 {
		t.Errorf("%d, %d", how, lwp)
	}
}

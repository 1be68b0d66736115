package tracejson

import (
	"reflect"
	"strings"
	"testing"

	"gossamer/kernel/trace"
	"gossamer/ulib/sa"
)

// Kernel threads and their LWPs, the process, user threads by their IDs, and the slot of the scene.
const (
	lwpA, lwpB, process = 1, 2, 20
	user1, user2        = 0x1_0000_1000, 0x1_0000_2000
	theSlot             = 5
)

// block is a program of two user threads on one VP: thread 1 blocks in read, thread 2 runs in its
// stead, wakes it, and is taken off for it.
func block() *trace.Log {
	ev := func(t uint64, k trace.Kind, thread uint32, a, b uint64) trace.Event {
		return trace.Event{Time: t * 1000, Kind: k, Thread: thread, A: a, B: b}
	}
	up := func(t uint64, thread uint32, by uint64, why, slot uint32) trace.Event {
		return ev(t, trace.Upcall, thread, by, trace.PackUpcall(0, why, slot))
	}
	return &trace.Log{Hz: 1e9, Dispatchers: 1, Calls: map[uint64]string{0: "read", 1: "write"}, Rings: []trace.Ring{
		{Events: []trace.Event{
			ev(10, trace.Switch, lwpA, 0, 0),
			up(11, lwpA, lwpA, 0, sa.None),
			ev(20, trace.Call, lwpA, 0, 3),
			ev(21, trace.Block, lwpA, 0xabc, 0),
			up(22, lwpB, lwpA, sa.Blocked, theSlot),
			ev(23, trace.Switch, lwpB, lwpA, trace.Blocked),
			ev(30, trace.Call, lwpB, 1, 4),
			ev(31, trace.Wake, lwpA, lwpB, trace.Woken),
			ev(32, trace.Return, lwpB, 1, 1),
			ev(33, trace.Switch, lwpA, lwpB, trace.Yielded),
			ev(34, trace.Return, lwpA, 0, 1),
			ev(35, trace.Save, lwpA, theSlot, 0),
			ev(36, trace.Block, lwpA, 0xdef, 0),
			ev(37, trace.Switch, lwpB, lwpA, trace.Blocked),
			ev(38, trace.Save, lwpB, 6, 0),
			up(39, lwpB, lwpB, sa.Preempted, sa.None),
			ev(50, trace.Exit, lwpA, 0, 0),
			ev(60, trace.Exit, lwpB, 0, 0),
			ev(61, trace.Switch, 0, lwpB, trace.Exited),
		}},
		{},
		{Events: []trace.Event{
			{Kind: trace.LWP, Thread: lwpA, A: 20, B: process}, {Kind: trace.LWP, Thread: lwpB, A: 21, B: process}, name(lwpA, "demo"),
		}},
		{Process: process, Events: []trace.Event{
			ev(12, trace.UserRun, 0, user1, 0),
			ev(13, trace.UserReady, 0, user2, user1),
			ev(14, trace.UserName, 0, user2, 0x6574697277), // "write"
			ev(14, trace.UserName, 1, user2, 0),
			ev(25, trace.UserRun, 0, user2, 0),
			ev(45, trace.UserRun, 0, user1, 0),
			ev(46, trace.UserRun, 0, user2, trace.LeftWaiting),
			ev(47, trace.UserRun, 0, user1, trace.LeftDone),
		}},
	}}
}

// A thread blocks: another runs on its VP, and it comes back when its call has ended.
func TestBlockAndResume(t *testing.T) {
	v, text := convert(t, block())
	vp, one, two := v.Tracks[[2]int{process, vpTID}], v.Tracks[[2]int{process, userTID}], v.Tracks[[2]int{process, userTID + 1}]
	if vp == nil || one == nil || two == nil || vp.Name != "VP 0" || one.Name != "thread 1" || two.Name != "thread 2 write" || one.Process != "demo" {
		t.Fatalf("tracks: %+v %+v %+v", vp, one, two)
	}
	for what, got := range map[string][2]int{
		"VP runs thread 1":            {vp.Slices["thread 1"], 3},
		"VP runs thread 2":            {vp.Slices["thread 2 write"], 3},
		"upcall about the block":      {vp.Slices["upcall: blocked"], 1},
		"upcall about the preemption": {vp.Slices["upcall: preempted"], 1},
		"VP without a CPU":            {vp.Slices["no CPU"], 1},
		"VP between save and upcall":  {vp.Slices["taken off"], 1},
		"thread 1 blocked":            {one.Slices["blocked in read"], 1},
		"thread 1 ready":              {one.Slices["ready"], 1},
		"thread 1 waiting":            {one.Slices["waiting"], 1},
		"thread 1 runs":               {one.Slices["running"], 3},
		"thread 2 ready":              {two.Slices["ready"], 2},
		"thread 2 without a CPU":      {two.Slices["no CPU"], 1},
		"thread 2 runs":               {two.Slices["running"], 3},
		"arrow of the block":          {len(v.Arrows["block"]), 1},
		"arrow of the resumption":     {len(v.Arrows["resume"]), 1},
		"arrow of the readying":       {len(v.Arrows["ready"]), 1},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %d, want %d\n%s", what, got[0], got[1], text)
		}
	}
	for kind, want := range map[string]Arrow{
		"block":  {{one, "blocked in read"}, {vp, "upcall: blocked"}, {two, "running"}},
		"resume": {{v.Tracks[[2]int{process, 20}], "running"}, {one, "running"}},
		"ready":  {{one, "running"}, {two, "running"}},
	} {
		if got := v.Arrows[kind]; len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("%s: %v, want %v\n%s", kind, got, want, text)
		}
	}
}

// Threads bound to LWPs, without activations: a VP and its thread do what the LWP does.
func TestBoundVP(t *testing.T) {
	log := pipe() // thread 1, LWP 10 of process 10, reads
	log.Rings = append(log.Rings, trace.Ring{Process: 10, Events: []trace.Event{
		{Time: 10_500, Kind: trace.UserRun, Thread: 3, A: user1, B: trace.PackLeft(0, 10)}}})
	v, text := convert(t, log)
	vp, u := v.Tracks[[2]int{10, vpTID}], v.Tracks[[2]int{10, userTID}]
	if vp == nil || vp.Name != "VP 3" || vp.Slices["blocked in read: thread 1"] != 1 || vp.Slices["no CPU"] == 0 || vp.Slices["thread 1"] != 2 {
		t.Errorf("VP: %+v\n%s", vp, text)
	}
	if u == nil || u.Slices["blocked in read"] != 1 || u.Slices["running"] != 2 {
		t.Errorf("thread: %+v\n%s", u, text)
	}
}

// However much is lost at the front of any ring, the file is a valid one.
func TestLostFrontOfThreads(t *testing.T) {
	for _, ring := range []int{0, 3} {
		for n := range block().Rings[ring].Events {
			log := block()
			log.Rings[ring].Events = log.Rings[ring].Events[n:]
			convert(t, log)
		}
	}
}

// Beyond so many user threads there are no tracks of theirs, and VPs show them all the same.
func TestManyUserThreads(t *testing.T) {
	var events []trace.Event
	const n = maxUserTracks + 10
	for i := range uint64(n) {
		events = append(events,
			trace.Event{Time: 3 * i, Kind: trace.UserReady, A: i + 2, B: i + 1},
			trace.Event{Time: 3*i + 1, Kind: trace.UserRun, A: i + 1, B: trace.LeftDone})
	}
	v, _ := convert(t, &trace.Log{Hz: 1, Rings: []trace.Ring{{Process: 3, Events: events}}})
	tracks, shown := 0, 0
	for _, tr := range v.Tracks {
		if strings.HasPrefix(tr.Name, "VP") {
			shown = len(tr.Slices)
		} else if strings.HasPrefix(tr.Name, "thread") {
			tracks++
		}
	}
	if tracks != maxUserTracks || shown != n {
		t.Errorf("%d tracks of threads, %d threads on the VP; want %d, %d", tracks, shown, maxUserTracks, n)
	}
}

// Many threads, one after the other on the same stacks, share the tracks of these.
func TestSharedTracks(t *testing.T) {
	var events []trace.Event
	const n, stacks = 150, 2
	id := func(i uint64) uint64 { return 0x1000*(1+i%stacks) | (1+i/stacks)<<48 }
	for i := range uint64(n) {
		left := uint64(trace.LeftDone)
		if i == 20 {
			left = trace.LeftWaiting // its end is lost
		}
		events = append(events,
			trace.Event{Time: 3 * i, Kind: trace.UserReady, A: id(i)},
			trace.Event{Time: 3*i + 1, Kind: trace.UserRun, A: id(i)},
			trace.Event{Time: 3*i + 2, Kind: trace.UserRun, B: left})
	}
	v, text := convert(t, &trace.Log{Hz: 1, Rings: []trace.Ring{{Process: 3, Events: events}}})
	tracks := 0
	for _, tr := range v.Tracks {
		if !strings.HasPrefix(tr.Name, "threads ") {
			continue
		}
		tracks++
		lives := 0
		for name, times := range tr.Slices {
			if strings.HasPrefix(name, "thread ") {
				lives += times
			}
		}
		if lives != n/stacks || tr.Slices["running"] != n/stacks || tr.Slices["ready"] != n/stacks {
			t.Errorf("%s: %d threads, %v\n%s", tr.Name, lives, tr.Slices, text)
		}
	}
	if tracks != stacks || v.Tracks[[2]int{3, userTID}].Name != "threads 1, 3, 5, …" {
		t.Errorf("%d tracks, the first %+v", tracks, v.Tracks[[2]int{3, userTID}])
	}
}

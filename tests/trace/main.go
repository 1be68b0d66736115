// Command trace looks at what ./qemu.sh trace has saved of user/tracedemo: it must be a valid
// file, without a loss, that shows what the program has certainly done.
//
//	trace FILE CPUS
//
// With "models" for CPUS it looks at a trace of user/webserver, which has user threads under each
// model in turn.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"gossamer/tools/tracejson"
)

// What user/tracedemo does.
const (
	turns  = 20 // of each of the two LWPs that pass a turn to each other
	reads  = 10 // of the user thread that reads
	passes = 5  // of each of the two user threads that pass a turn to each other
)

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail("%v", err)
	}
	v, err := tracejson.Check(data)
	if err != nil {
		fail("%v", err)
	}
	var file struct{ OtherData struct{ Lost int } }
	if err := json.Unmarshal(data, &file); err != nil || file.OtherData.Lost != 0 {
		fail("%d events are lost (%v)", file.OtherData.Lost, err)
	}
	if os.Args[2] == "models" {
		checkModels(v)
		return
	}
	if os.Args[2] == "1" {
		checkTurns(v)
	}
	checkDeeds(v)
	checkThreads(v)
	if n := len(v.Arrows["wake"]); n < turns {
		fail("%d arrows from a wake to a run", n)
	}
}

// checkTurns: on one CPU a turn can only be passed by a switch to the other LWP, so each of the two
// has been switched to at least once for each of its turns. It has waited and been woken about as
// often, unless the end of a time slice was faster.
func checkTurns(v *tracejson.View) {
	var players []*tracejson.Track
	for _, t := range v.Tracks {
		if t.Process == "tracedemo" && t.Slices["futex"] >= turns {
			players = append(players, t)
		}
	}
	if len(players) != 2 {
		fail("%d LWPs have made %d futex calls, want 2", len(players), turns)
	}
	cpu := v.Tracks[find(v, "CPUs", "CPU 0")]
	for _, t := range players {
		label := "tracedemo " + strings.TrimPrefix(t.Name, "LWP ")
		if n := cpu.Slices[label]; n < turns {
			fail("%s was switched to %d times", label, n)
		}
		if n := t.Slices["blocked in futex"]; n < turns/2 {
			fail("%s blocked %d times", label, n)
		}
		if n := cpu.Instants["wake "+label]; n < turns/2 {
			fail("%s was woken %d times", label, n)
		}
	}
}

// checkDeeds: what else the program does is there, on its tracks.
func checkDeeds(v *tracejson.View) {
	slices, instants := map[string]int{}, map[string]int{}
	add := func(to, from map[string]int) {
		for name, n := range from {
			to[name] += n
		}
	}
	for _, t := range v.Tracks {
		if t.Process == "tracedemo" || t.Process == "true" {
			add(slices, t.Slices)
			add(instants, t.Instants)
		}
		if t.Process == "CPUs" {
			add(instants, t.Instants)
		}
	}
	for name, least := range map[string]int{"read": turns, "nanosleep": 1, "wait4": 2, "write": 2 * turns,
		"clone": 4, "fork": 2, "execve": 1, "ready": 4} {
		if slices[name] < least {
			fail("%q: %d slices, want %d or more", name, slices[name], least)
		}
	}
	for name, least := range map[string]int{"fault": 32, "exit": 6, "timer": 2} {
		if instants[name] < least {
			fail("%q: %d instants, want %d or more", name, instants[name], least)
		}
	}
}

// checkThreads: the user threads of the child with activations, and the VP that they share. The end
// of a thread's time may get in between wherever it likes.
func checkThreads(v *tracejson.View) {
	track := func(name string) *tracejson.Track { return v.Tracks[find(v, "tracedemo", name)] }
	vp, reader, writer := track("VP 0"), track("thread 2 reader"), track("thread 3 writer")
	for what, got := range map[string][2]int{
		"reader has blocked":         {reader.Slices["blocked in read"], reads / 2},
		"reader has run":             {reader.Slices["running"], reads},
		"writer has waited":          {writer.Slices["waiting"], 1},
		"VP has been told of blocks": {vp.Slices["upcall: blocked"], reads / 2},
		"VP has been interrupted":    {vp.Slices["upcall: preempted"], 1},
		"VP has run the reader":      {vp.Slices["thread 2 reader"], reads},
		"VP has run the writer":      {vp.Slices["thread 3 writer"], reads / 2},
		"left has had its turns":     {track("thread 4 left").Slices["running"], passes},
		"right has had its turns":    {track("thread 5 right").Slices["running"], passes},
		"computes was taken off":     {track("thread 6 computes").Slices["ready"], 1},
		"arrows from a block":        {len(v.Arrows["block"]), reads / 2},
		"arrows from a call's end":   {len(v.Arrows["resume"]), reads / 2},
		"arrows between threads":     {len(v.Arrows["ready"]), passes},
	} {
		if got[0] < got[1] {
			fail("%s: %d times, want %d or more", what, got[0], got[1])
		}
	}
	for _, a := range v.Arrows["block"] {
		if len(a) != 3 || !strings.HasPrefix(a[0].Slice, "blocked") || a[1].Track != vp || a[1].Slice != "upcall: blocked" ||
			a[2].Slice != "running" || a[2].Track == a[0].Track {
			fail("a block's arrow goes %v", a)
		}
	}
	for _, a := range v.Arrows["resume"] {
		if len(a) != 2 || !strings.HasPrefix(a[0].Name, "LWP") || !strings.HasPrefix(a[1].Name, "thread") || a[1].Slice != "running" {
			fail("a resumption's arrow goes %v", a)
		}
	}
}

// checkModels: in each model threads run on VPs, and what becomes of the VP of one that blocks is
// what the model is about: it blocks as well, unless it is an activation.
func checkModels(v *tracejson.View) {
	vps := map[int][]*tracejson.Track{}
	for at, t := range v.Tracks {
		if strings.HasPrefix(t.Name, "VP ") {
			vps[at[0]] = append(vps[at[0]], t)
		}
	}
	servers := slices.Sorted(maps.Keys(vps))
	models := []string{"n1", "11", "mn", "sa"}
	if len(servers) != len(models) {
		fail("%d programs with VPs, want %d", len(servers), len(models))
	}
	for i, model := range models {
		runs, blocked, upcalls := 0, 0, 0
		for _, t := range vps[servers[i]] {
			for name, n := range t.Slices {
				switch {
				case strings.HasPrefix(name, "thread "):
					runs += n
				case strings.HasPrefix(name, "blocked in read: thread "):
					blocked += n
				case name == "upcall: blocked":
					upcalls += n
				}
			}
		}
		n := len(vps[servers[i]])
		one, each := model == "n1", model == "11"
		if runs == 0 || one && n != 1 || each && n < 9 || (model == "sa") != (upcalls > 0) || (model == "sa") != (blocked == 0) {
			fail("%s: %d VPs, threads have run %d times, VPs have blocked %d times and been upcalled %d times", model, n, runs, blocked, upcalls)
		}
	}
}

// find is the key of the track of that process and name.
func find(v *tracejson.View, process, name string) (key [2]int) {
	for k, t := range v.Tracks {
		if t.Process == process && t.Name == name {
			return k
		}
	}
	fail("no track %s of %s", name, process)
	return
}

func fail(format string, args ...any) {
	fmt.Printf(format+"\n", args...)
	os.Exit(1)
}

// Command trace looks at what ./qemu.sh trace has saved of user/tracedemo: it must be a valid
// file, without a loss, that shows what the program has certainly done.
//
//	trace FILE CPUS
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"gossamer/tools/tracejson"
)

const turns = 20 // of each of the two LWPs that pass a turn to each other

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
	if os.Args[2] == "1" {
		checkTurns(v)
	}
	checkDeeds(v)
	if v.Arrows < turns {
		fail("%d arrows from a wake to a run", v.Arrows)
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

package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func measured(rows ...string) (list []measurement) {
	for i := 0; i < len(rows); i += 2 {
		list = append(list, measurement{rows[i], json.Number(rows[i+1]), "instructions"})
	}
	return list
}

// Are ratios computed from the rows of the run, and only where all of them are there?
func TestRatios(t *testing.T) {
	for _, test := range []struct {
		list []measurement
		want string
	}{
		{nil, ""},
		{measured("user_create_join_sa", "180", "lwp_create_exit_wait", "4500"), ""},
		{measured("user_create_join_sa", "180", "lwp_create_exit_wait", "4500", "fork_exit_wait", "43200"), `
ratios                                  here            wanted          Anderson et al. 1991
make, run, end: thread : LWP : process  1 : 25.0 : 240  ≥ 1 : 20 : 200  1 : 25.6 : 305
`},
		{measured("user_create_join_sa", "180", "lwp_create_exit_wait", "4500", "fork_exit_wait", "35999",
			"user_signal_wait_sa", "100", "lwp_park_pingpong", "799", "pipe_pingpong", "2500",
			"user_mutex", "10", "user_mutex_sa", "12", "sa_block_to_progress", "1598"), `
ratios                                      here            wanted                  Anderson et al. 1991
make, run, end: thread : LWP : process      1 : 25.0 : 200  ≥ 1 : 20 : 200: missed  1 : 25.6 : 305
wake and wait: thread : LWP : process       1 : 8.0 : 25.0  ≥ 1 : 8: missed         1 : 10.5 : 43.8
activations / N:1: mutex                    1.20            ≤ 1.15: missed
block until the next runs / LWPs' hand-off  2.00            ≤ 2                     5.4
`},
	} {
		var out strings.Builder
		if err := printRatios(&out, test.list); err != nil || out.String() != test.want {
			t.Errorf("%v: %v, got\n%s\nwant\n%s", test.list, err, out.String(), test.want)
		}
	}
}

// Is every row that a ratio wants one that the benchmarks have?
func TestRatiosNameBenchmarks(t *testing.T) {
	text, err := os.ReadFile("../../user/bench/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range ratios {
		for _, name := range r.rows {
			if !strings.Contains(string(text), `{"`+name+`", `) {
				t.Errorf("%s: there is no benchmark %s", r.what, name)
			}
		}
	}
}

package main

import (
	"fmt"
	"io"
	"strings"
)

// A row compares a benchmark of Gossamer's with one of Linux's.
type row struct {
	gossamer string // its name in user/bench
	linux    string // its name in tests/peer
}

// rows is the table, in the order in which it is printed. A comparison is one line here.
var rows = []row{
	{"null_syscall", "null_syscall"},
	{"page_fault", "page_fault"},
	{"fork_exit_wait", "fork_exit_wait"},
	{"spawn_exit_wait", "fork_exec_wait"},
	{"spawn_exit_wait", "vfork_exec_wait"},
	{"pipe_pingpong", "pipe_pingpong"},
	{"yield_switch", "yield_switch"},
	{"futex_pingpong", "futex_pingpong"},
	{"clone_exit_join", "pthread_create_join_16k"},
	{"lwp_create_exit_wait", "pthread_create_join_16k"},
	{"lwp_yield_switch", "pthread_yield_switch"},
	{"lwp_park_pingpong", "futex_pingpong"},
	{"preempt_switch", "pthread_preempt_switch"},
	{"lwp_bytes", "pthread_kernel_bytes"},
	{"user_create_join", "pthread_create_join_16k"},
	{"user_yield_switch", "pthread_yield_switch"},
	{"user_signal_wait", "pthread_cond_pingpong"},
	{"user_mutex", "pthread_mutex"},
	{"open_close", "open_close"},
	{"read_1byte", "read_1byte"},
	{"write_null", "write_null"},
	{"signal_deliver", "signal_deliver"},
	{"mmap_munmap", "mmap_munmap"},
	{"clock_gettime", "clock_gettime"},
	{"boot_to_init", "boot_to_init"},
}

// figures are results by name; a side that was not run is nil.
type figures map[string]figure

type figure struct {
	value float64
	unit  string
}

// table prints the rows and returns the names of the figures that are missing on a side that
// was run. The ratio is Linux's figure by Gossamer's: above 1 Gossamer needs less.
func table(w io.Writer, rows []row, gossamer, linux figures) (missing []string) {
	fmt.Fprintf(w, "%-20s %15s  %-24s %15s  %-12s %s\n", "Gossamer", "", "Linux", "", "unit", "ratio")
	for _, r := range rows {
		g, hasG := gossamer[r.gossamer]
		l, hasL := linux[r.linux]
		if gossamer != nil && !hasG {
			missing = append(missing, "Gossamer's "+r.gossamer)
		}
		if linux != nil && !hasL {
			missing = append(missing, "Linux's "+r.linux)
		}
		ratio := "-"
		switch {
		case hasG && hasL && g.unit != l.unit:
			missing = append(missing, fmt.Sprintf("a common unit of %s (%s) and %s (%s)", r.gossamer, g.unit, r.linux, l.unit))
		case hasG && hasL && g.value > 0:
			ratio = fmt.Sprintf("%.2f", l.value/g.value)
		}
		unit := g.unit
		if !hasG {
			unit = l.unit
		}
		fmt.Fprintf(w, "%-20s %15s  %-24s %15s  %-12s %s\n", r.gossamer, number(g, hasG), r.linux, number(l, hasL), unit, ratio)
	}
	return missing
}

// number spells a figure with its thousands apart.
func number(f figure, has bool) string {
	if !has {
		return "-"
	}
	whole, tenth, _ := strings.Cut(fmt.Sprintf("%.1f", f.value), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + " " + whole[i:]
	}
	return whole + "." + tenth
}

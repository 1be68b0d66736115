package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A ratio compares rows of one run of the benchmarks: by how much each costs more than the first.
type ratio struct {
	what string
	rows []string
	// least are the factors that are wanted for the rows from the second on; most is the
	// greatest that is allowed for the only one; 0: nothing is wanted.
	least []float64
	most  float64
	paper string // what Anderson et al. had
}

// ratios are those by which user threads are judged: what is done without the kernel against the
// same by LWPs and by processes, activations against the same library without, and an upcall
// against a hand-off. The last column is from Anderson, Bershad, Lazowska and Levy, "Scheduler
// Activations", SOSP 1991: their library on activations, Topaz's threads, Ultrix's processes; of
// the library on activations against the one without; and of their upcalls against Topaz.
var ratios = []ratio{
	{"make, run, end: thread : LWP : process", []string{"user_create_join_sa", "lwp_create_exit_wait", "fork_exit_wait"},
		[]float64{20, 200}, 0, "1 : 25.6 : 305"},
	{"the same, with the process's execve", []string{"user_create_join_sa", "lwp_create_exit_wait", "spawn_exit_wait"},
		[]float64{20, 200}, 0, ""},
	{"wake and wait: thread : LWP : process", []string{"user_signal_wait_sa", "lwp_park_pingpong", "pipe_pingpong"},
		[]float64{8, 0}, 0, "1 : 10.5 : 43.8"},
	{"activations / N:1: make, run, end", []string{"user_create_join", "user_create_join_sa"}, nil, 1.15, "1.09"},
	{"activations / N:1: wake and wait", []string{"user_signal_wait", "user_signal_wait_sa"}, nil, 1.15, "1.14"},
	{"activations / N:1: yield", []string{"user_yield_switch", "user_yield_switch_sa"}, nil, 1.15, ""},
	{"activations / N:1: mutex", []string{"user_mutex", "user_mutex_sa"}, nil, 1.15, ""},
	{"block until the next runs / LWPs' hand-off", []string{"lwp_park_pingpong", "sa_block_to_progress"}, nil, 2, "5.4"},
}

// printRatios prints those ratios whose rows have been measured, as a table; nothing if there are
// none.
func printRatios(out io.Writer, list []measurement) error {
	value := map[string]float64{}
	for _, b := range list {
		value[b.Name], _ = b.Value.Float64()
	}
	table := [][4]string{{"ratios", "here", "wanted", "Anderson et al. 1991"}}
	for _, r := range ratios {
		if here, met, ok := r.of(value); ok {
			wanted := r.wanted()
			if !met {
				wanted += ": missed"
			}
			table = append(table, [4]string{r.what, here, wanted, r.paper})
		}
	}
	if len(table) == 1 {
		return nil
	}
	var width [3]int
	for _, row := range table {
		for i := range width {
			width[i] = max(width[i], utf8.RuneCountInString(row[i]))
		}
	}
	text := "\n"
	for _, row := range table {
		line := ""
		for i, cell := range row {
			line += cell
			if i < len(width) {
				line += strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2)
			}
		}
		text += strings.TrimRight(line, " ") + "\n"
	}
	_, err := io.WriteString(out, text)
	return err
}

// of computes a ratio, and says whether it is as wanted; !ok: not all of its rows are there.
func (r *ratio) of(value map[string]float64) (text string, met, ok bool) {
	first := value[r.rows[0]]
	met = true
	if r.most == 0 {
		text = "1"
	}
	for i, name := range r.rows[1:] {
		if first <= 0 || value[name] <= 0 {
			return "", false, false
		}
		f := value[name] / first
		switch {
		case r.most != 0:
			text += fmt.Sprintf("%.2f", f)
			met = f <= r.most
		case f < 100:
			text += fmt.Sprintf(" : %.1f", f)
			met = met && f >= r.least[i]
		default:
			text += fmt.Sprintf(" : %.0f", f)
			met = met && f >= r.least[i]
		}
	}
	return text, met, true
}

// wanted says what is wanted.
func (r *ratio) wanted() string {
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	if r.most != 0 {
		return "≤ " + number(r.most)
	}
	s := "≥ 1"
	for _, f := range r.least {
		if f != 0 {
			s += " : " + number(f)
		}
	}
	return s
}

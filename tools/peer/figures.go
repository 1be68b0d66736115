package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// parseJSON reads what ./qemu.sh bench --json prints.
func parseJSON(text []byte) (figures, error) {
	var list []struct {
		Name  string  `json:"name"`
		Value float64 `json:"value"`
		Unit  string  `json:"unit"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("./qemu.sh bench --json: %w", err)
	}
	all := figures{}
	for _, b := range list {
		all[b.Name] = figure{b.Value, b.Unit}
	}
	return all, nil
}

// report is what the guest with Linux in it has said so far.
type report struct {
	figures figures
	release string // of the kernel
	done    bool   // it said so
	failed  string // why it gave up
}

// line takes one line of the console. Others than the benchmarks' are Linux's own.
func (r *report) line(s string) {
	word := strings.Fields(s)
	switch {
	case len(word) == 4 && word[0] == "BENCH":
		if v, err := strconv.ParseFloat(word[2], 64); err == nil {
			r.figures[word[1]] = figure{v, word[3]}
		}
	case len(word) == 2 && word[0] == "LINUX":
		r.release = word[1]
	case len(word) == 1 && word[0] == "DONE":
		r.done = true
	case len(word) > 1 && word[0] == "FAILED":
		r.failed = strings.Join(word[1:], " ")
	case strings.Contains(s, "Kernel panic"):
		r.failed = strings.TrimSpace(s)
	}
}

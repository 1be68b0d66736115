package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// measurement is one "BENCH name value unit" line.
type measurement struct {
	Name  string      `json:"name"`
	Value json.Number `json:"value"`
	Unit  string      `json:"unit"`
}

// bench runs the benchmarks. The guest's clock counts instructions then, so the
// figures are exact from run to run and say nothing about the host.
func (c *config) bench(pattern string, asJSON bool) (int, error) {
	word, err := match(pattern)
	if err != nil {
		return 0, err
	}
	if c.accel != "tcg" {
		return 0, usageError("bench counts instructions, which only ACCEL=tcg can")
	}
	if err := c.buildQuietly(); err != nil {
		return 0, err
	}
	m, err := c.newMachine("init=/bin/init log=com2 debugexit bench" + word)
	if err != nil {
		return 0, err
	}
	defer m.close()
	m.icount = true
	return m.benchmarks(os.Stdout, asJSON)
}

func (m *machine) benchmarks(out io.Writer, asJSON bool) (int, error) {
	var list []measurement
	var ktap KTAP
	console := &console{line: func(line string) {
		if b, ok := parseBench(line); ok {
			list = append(list, b)
		} else {
			ktap.Line(line)
		}
		if m.verbose {
			fmt.Fprintln(os.Stderr, line)
		}
	}}
	m.output = console
	o, err := m.run()
	if err != nil {
		return 0, err
	}
	console.finish()
	if err := printBench(out, list, asJSON); err != nil {
		return 0, err
	}
	status, why, done := o.judge()
	if !done {
		switch {
		case len(ktap.Failed) > 0:
			status, why = statusFail, "failed: "+strings.Join(ktap.Failed, ", ")
		case o.exit != exitPass:
			status, why = statusFail, "the guest says that it failed"
		case len(list) == 0:
			status, why = statusUsage, "no benchmark ran"
		}
	}
	if status != statusPass || m.verbose {
		m.explain(os.Stderr, &o, why, console.tail)
	}
	return status, nil
}

func parseBench(line string) (measurement, bool) {
	f := strings.Fields(line)
	if len(f) < 4 || f[0] != "BENCH" {
		return measurement{}, false
	}
	if _, err := strconv.ParseFloat(f[2], 64); err != nil {
		return measurement{}, false
	}
	return measurement{f[1], json.Number(f[2]), strings.Join(f[3:], " ")}, true
}

func printBench(out io.Writer, list []measurement, asJSON bool) error {
	if asJSON {
		if list == nil {
			list = []measurement{}
		}
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(list)
	}
	names, values := 0, 0
	for _, b := range list {
		names, values = max(names, len(b.Name)), max(values, len(b.Value))
	}
	for _, b := range list {
		if _, err := fmt.Fprintf(out, "%-*s  %*s  %s\n", names, b.Name, values, b.Value, b.Unit); err != nil {
			return err
		}
	}
	return printRatios(out, list)
}

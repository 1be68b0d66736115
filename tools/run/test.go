package main

import (
	"fmt"
	"os"
	"strings"
)

// test boots the test image and reports.
func (c *config) test(pattern string) (int, error) {
	word, err := match(pattern)
	if err != nil {
		return 0, err
	}
	accept, err := c.prepare(os.Stderr)
	if err != nil || !accept {
		return statusUsage, err
	}
	m, err := c.newMachine("init=/bin/init log=com2 debugexit test" + word)
	if err != nil {
		return 0, err
	}
	defer m.close()
	return m.tests(os.Stdout)
}

// tests runs the guest, streams its console to out and ends with the summary.
func (m *machine) tests(out *os.File) (int, error) {
	terminal := isTerminal(out)
	var ktap KTAP
	console := &console{line: func(line string) {
		ktap.Line(line)
		text := strings.TrimLeft(line, " ")
		switch {
		case strings.HasPrefix(text, "not ok "):
			line = colour(terminal, "31", line)
		case strings.HasPrefix(text, "ok "):
			line = colour(terminal, "32", line)
		}
		fmt.Fprintln(out, line)
	}}
	m.output = console
	o, err := m.run()
	if err != nil {
		return 0, err
	}
	console.finish()
	problems := ktap.Finish()
	passed, failed, skipped := ktap.Counts()
	status, why := o.judgeTests(problems, passed, failed)
	if status != statusPass || m.verbose {
		// The console is above already, save that a hang is best seen beside its reason.
		var tail []string
		if o.timedOut {
			tail = console.tail
		}
		m.explain(out, &o, why, tail)
	}
	for _, name := range ktap.Failed {
		fmt.Fprintf(out, "# failed: %s\n", name)
	}
	if skipped > 0 {
		fmt.Fprintf(out, "# %d skipped\n", skipped)
	}
	summary := fmt.Sprintf("%d passed, %d failed", passed, failed)
	if status == statusPass {
		summary = colour(terminal, "32", summary)
	} else {
		summary = colour(terminal, "31", summary)
	}
	fmt.Fprintln(out, summary)
	return status, nil
}

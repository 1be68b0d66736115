package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
)

// program runs one program in an otherwise ordinary system. Our standard output
// is the program's and nothing else; everything we have to say goes to standard
// error.
func (c *config) program(target string, args []string) (int, error) {
	accept, err := c.prepare(os.Stderr)
	if err != nil || !accept {
		return statusUsage, err
	}
	m, err := c.newMachine("")
	if err != nil {
		return 0, err
	}
	defer m.close()
	if err := m.addProgram(target, args); err != nil {
		return 0, err
	}
	m.input = os.Stdin
	return m.programRun(os.Stdout)
}

// addProgram makes this run's own initramfs, with the program and its arguments.
func (m *machine) addProgram(target string, args []string) error {
	// The tools run in the source tree, the user named the path from elsewhere.
	full, err := filepath.Abs(target)
	if err != nil {
		return err
	}
	m.initramfs = m.dir + "/initramfs"
	var said bytes.Buffer
	tool := []string{"-o", m.initramfs, "-module", m.root, "-bin", m.in("user"), "-run", "-prog", full, "--"}
	if err := m.tree().Command(&said, m.in("tools", "mkinitramfs"), append(tool, args...)...); err != nil {
		return err
	}
	echo := ""
	if !isTerminal(os.Stdin) {
		echo = "noecho "
	}
	m.commandLine = "init=/bin/init log=com2 debugexit " + echo + "run=" + strings.TrimSpace(said.String())
	return nil
}

func (m *machine) programRun(out *os.File) (int, error) {
	console := &console{to: out}
	m.output = console
	o, err := m.run()
	if err != nil {
		return 0, err
	}
	console.finish()
	status, why := o.judgeProgram()
	switch {
	case o.timedOut:
		m.explain(os.Stderr, &o, why, console.tail)
	case why != "" || m.verbose || status > 128 && status <= 128+64:
		// 128 and a signal's number, and the log tells which fault it was.
		m.explain(os.Stderr, &o, why, nil)
	}
	return status, nil
}

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"gossamer/kernel/trace"
	"gossamer/tools/tracejson"
)

// demonstration is what trace runs if it is told no program.
const demonstration = "user/tracedemo"

// trace runs one program as program does, with the kernel's event trace on, and saves that to
// file, in Chrome's trace event format. EVENTS in the environment says how many events the kernel
// is to keep; ICOUNT=1 has the guest's clock count instructions.
func (c *config) trace(file string, args []string) (int, error) {
	word := " trace"
	if s := os.Getenv("EVENTS"); s != "" {
		if n, err := strconv.Atoi(s); err != nil || n < 1 {
			return 0, usageError(fmt.Sprintf("EVENTS=%s: want a number", s))
		}
		word += "=" + s
	}
	icount := os.Getenv("ICOUNT")
	if icount != "" && icount != "0" && icount != "1" || icount == "1" && c.accel != "tcg" {
		return 0, usageError("ICOUNT=" + icount + ": want 0 or 1, and 1 with ACCEL=tcg only")
	}
	// Find out now whether the file can be written.
	out, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	accept, err := c.prepare(os.Stderr)
	if err != nil || !accept {
		return statusUsage, err
	}
	if len(args) == 0 {
		args = []string{filepath.Join(c.root, demonstration)}
	}
	m, err := c.newMachine("")
	if err != nil {
		return 0, err
	}
	defer m.close()
	if err := m.addProgram(args[0], args[1:]); err != nil {
		return 0, err
	}
	m.commandLine += word
	m.icount = icount == "1"
	m.input = os.Stdin
	return m.traceRun(os.Stdout, out)
}

// traceRun runs the program and saves the trace. The status is the program's, but that of a
// program which did well if there is no trace: that is a failure then.
func (m *machine) traceRun(out, file *os.File) (int, error) {
	raw := m.dir + "/trace"
	m.extra = append(m.extra, "-chardev", "file,id=trace,path="+raw, "-device", "isa-debugcon,iobase=0xe9,chardev=trace")
	status, err := m.programRun(out)
	if err != nil {
		return 0, err
	}
	stats, err := saveTrace(file, raw)
	if err != nil {
		fmt.Fprintln(os.Stderr, "trace: none:", err)
		if status == statusPass {
			status = statusUsage
		}
		return status, nil
	}
	fmt.Fprintf(os.Stderr, "trace: %d events in %.6f s, %d lost, %d threads; open %s in https://ui.perfetto.dev\n",
		stats.Events, stats.Seconds, stats.Lost, stats.Threads, file.Name())
	return status, nil
}

// saveTrace turns what the guest wrote into JSON.
func saveTrace(out *os.File, raw string) (tracejson.Stats, error) {
	data, err := os.ReadFile(raw)
	if err != nil {
		return tracejson.Stats{}, err
	}
	if len(data) == 0 {
		return tracejson.Stats{}, fmt.Errorf("the guest wrote none: it must end in good order for that")
	}
	log, err := trace.Decode(data)
	if err != nil {
		return tracejson.Stats{}, err
	}
	var text bytes.Buffer
	stats, err := tracejson.Convert(&text, log)
	if err != nil {
		return stats, err
	}
	if err := out.Truncate(0); err != nil {
		return stats, err
	}
	_, err = out.Write(text.Bytes())
	return stats, err
}

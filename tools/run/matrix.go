package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// removal is a device that a machine is built without.
type removal struct {
	name   string
	q35    []string // properties of the machine
	micro  []string // the same of a microvm; nil: it never has the device
	serial bool     // the serial ports
}

var removals = []removal{
	{name: "complete", micro: []string{}},
	{name: "serial", serial: true, micro: []string{"isa-serial=off"}},
	{name: "pic,pit", q35: []string{"pic=off", "pit=off"}, micro: []string{"pic=off", "pit=off"}},
	{name: "hpet", q35: []string{"hpet=off"}},
	{name: "i8042", q35: []string{"i8042=off"}},
	{name: "rtc", micro: []string{"rtc=off"}},
}

// has reports whether a machine for this way of booting has the device to begin with, and can be
// had without it.
func (r *removal) has(w bootWay) bool {
	if w.micro {
		return r.micro != nil
	}
	return r.name == "complete" || r.serial || r.q35 != nil
}

// trial is one machine that boots to the shell and runs a program.
type trial struct {
	label string
	way   string // of booting, in special; "": pvh
	boot  bootWay
	cpu   string
	cpus  string // QEMU's -smp
	mem   string
	less  *removal

	machine string // QEMU's -M, if it is not the usual one
	grub    string // GRUB's commands before it loads the kernel
	sparse  bool   // memory is a sparse file
	alone   bool   // it cannot be switched off: one program, and the debug-exit port has its word
}

// label names a machine with all devices, or without one.
func (r *removal) label() string {
	if r.name == "complete" {
		return r.name
	}
	return "without " + r.name
}

// special are the machines that differ in CPUs and memory. Memory of 64 GiB is a sparse file, of
// which next to nothing is touched.
var special = []trial{
	{label: "1 CPU, 64 MiB", cpus: "1", mem: "64M"},
	{label: "1 CPU, 64 MiB, bios", way: "bios", cpus: "1", mem: "64M"},
	{label: "64 CPUs", cpus: "64", mem: "1G"},
	{label: "6 CPUs, APIC IDs 0-2, 4-6", cpus: "6,sockets=2,cores=3", mem: "512M"},
	{label: "9 CPUs, two hot-pluggable later", cpus: "9,maxcpus=11,sockets=11,cores=1", mem: "512M"},
	{label: "5 GiB, a hole below 4 GiB", cpus: "2", mem: "5G"},
	{label: "512 MiB with holes, bios", way: "bios", cpus: "2", mem: "512M",
		grub: "cutmem 8M 9M; cutmem 64M 80M; cutmem 0x6000123 0x6001456; cutmem 200M 201M; cutmem 200704K 204804K"},
	{label: "64 GiB", cpus: "2", mem: "64G", sparse: true},
	{label: "64 GiB, uefi", way: "uefi", cpus: "2", mem: "64G", sparse: true},
	{label: "4 CPUs, 1 GiB, usb-bios", way: "usb-bios", cpus: "4", mem: "1G"},
	{label: "pc, the older chipset", cpus: "2", mem: "512M", machine: "pc"},
	{label: "no ACPI, no timer but the LAPIC's", cpus: "1", mem: "512M", machine: "microvm,acpi=off,pic=off,pit=off,rtc=off", alone: true},
}

// quickTrials are those of the matrix that ./qemu.sh matrix quick does: each way of booting, each
// missing device, and both CPU models, once.
var quickTrials = map[string]bool{
	"pvh, max, complete": true, "pvh, qemu64, without pic,pit": true, "pvh, max, without i8042": true,
	"microvm, qemu64, without rtc": true, "bios, max, complete": true, "disk-bios, qemu64, without hpet": true,
	"usb-bios, max, without serial": true, "uefi, qemu64, complete": true, "usb-uefi, max, complete": true,
}

const (
	matrixProgram = "/bin/hello"
	programSays   = "Hello from ring 3"
	shellSays     = `"help" lists what there is`
)

// trialResult is how a trial went.
type trialResult struct {
	shell    time.Duration // from QEMU's start to the shell; 0: not seen
	all      time.Duration // to its end
	computed time.Duration // CPU time that QEMU took for all of it
	why      string        // of a failure
}

func (r trialResult) String() string {
	switch {
	case r.why != "":
		return "FAILED"
	case r.shell != 0:
		return fmt.Sprintf("%.1f s", r.shell.Seconds())
	}
	return "ok"
}

// matrix boots every machine that is asked for, one after the other, and prints a table: ways of
// booting and CPU models down, devices that are missing across, and in it how long it took to the
// shell. Without a serial port there is no telling when that was.
func (c *config) matrix(quick bool) (int, error) {
	accept, err := c.prepare(os.Stderr)
	if err != nil || !accept {
		return statusUsage, err
	}
	if !c.timed {
		c.timeout = 120 * time.Second
	}
	passed, failed := 0, 0
	var why []string
	try := func(t trial) trialResult {
		r := c.try(t)
		line := fmt.Sprintf("%-44s %s", t.label, r)
		if r.why != "" {
			failed++
			why = append(why, t.label+": "+r.why)
			line += ": " + r.why
		} else {
			passed++
		}
		fmt.Fprintln(os.Stderr, line)
		return r
	}
	table := &grid{columns: []string{""}}
	for i := range removals {
		table.columns = append(table.columns, removals[i].name)
	}
	var bios, uefi trialResult
	for _, way := range bootWays {
		for _, cpu := range []string{"max", "qemu64"} {
			row := []string{way.name + ", " + cpu}
			for i := range removals {
				r := &removals[i]
				label := way.name + ", " + cpu + ", " + r.label()
				if !r.has(way) || quick && !quickTrials[label] {
					row = append(row, "")
					continue
				}
				got := try(trial{label: label, boot: way, cpu: cpu, cpus: "2", mem: "512M", less: r})
				row = append(row, got.String())
				if way.image && way.uefi {
					uefi = quicker(uefi, got)
				} else if way.image {
					bios = quicker(bios, got)
				}
			}
			if strings.Join(row[1:], "") != "" {
				table.rows = append(table.rows, row)
			}
		}
	}
	rest := &grid{columns: []string{"other machines", "max", "qemu64"}}
	for _, t := range special {
		row, label := []string{t.label}, t.label
		for _, cpu := range []string{"max", "qemu64"} {
			if quick && cpu != "max" {
				row = append(row, "")
				continue
			}
			t.boot, t.less, t.cpu, t.label = bootWays[0], &removals[0], cpu, label+", "+cpu
			if t.way != "" {
				if t.boot, err = bootWayOf(t.way); err != nil {
					return 0, err
				}
			}
			row = append(row, try(t).String())
		}
		rest.rows = append(rest.rows, row)
	}
	fmt.Printf("Seconds to the shell, without …\n%s\n%s\n", table, rest)
	for _, f := range []struct {
		name   string
		r      trialResult
		wanted int
	}{{"BIOS", bios, 2}, {"UEFI", uefi, 6}} {
		fmt.Printf("%s to the shell: %.1f s (wanted on an idle machine: %d); QEMU's CPU time, to its end: %.1f s\n",
			f.name, f.r.shell.Seconds(), f.wanted, f.r.computed.Seconds())
	}
	for _, w := range why {
		fmt.Println("# failed:", w)
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return statusFail, nil
	}
	return statusPass, nil
}

// quicker returns the one of two trials that came to the shell sooner, if at all.
func quicker(a, b trialResult) trialResult {
	if b.shell == 0 || b.why != "" || a.shell != 0 && a.shell <= b.shell {
		return a
	}
	return b
}

// try runs one trial: hello in the shell, and poweroff. A machine that lacks what that takes is
// told on the command line to run the program alone, and the debug-exit port has its word.
func (c *config) try(t trial) (r trialResult) {
	own := *c
	own.boot, own.cpu, own.mem = t.boot, t.cpu, t.mem
	m, err := own.newMachine("init=/bin/init noecho")
	if err != nil {
		return trialResult{why: err.Error()}
	}
	defer m.close()
	m.topology, m.machine, m.grub, m.without = t.cpus, t.machine, t.grub, t.less.q35
	if t.boot.micro {
		m.without = t.less.micro
	}
	if t.sparse {
		if m.extra, err = m.sparseMemory(t.mem); err != nil {
			return trialResult{why: err.Error()}
		}
		m.without = []string{"memory-backend=ram"}
	}
	m.silent = t.less.serial
	alone := m.silent || t.alone
	if alone {
		m.commandLine = "init=/bin/init debugexit noecho run=" + matrixProgram
	} else {
		input := m.dir + "/input"
		if err := os.WriteFile(input, []byte(matrixProgram[len("/bin/"):]+"\npoweroff\n"), 0o644); err != nil {
			return trialResult{why: err.Error()}
		}
		if m.input, err = os.Open(input); err != nil {
			return trialResult{why: err.Error()}
		}
		defer m.input.Close()
	}
	said := false
	m.output = &console{line: func(line string) {
		if strings.Contains(line, shellSays) && r.shell == 0 {
			r.shell = time.Since(m.started)
		}
		said = said || strings.Contains(line, programSays)
	}}
	o, err := m.run()
	if err != nil {
		return trialResult{why: err.Error()}
	}
	m.output.finish()
	r.all, r.computed = time.Since(m.started), o.computed
	switch {
	case o.timedOut, o.interrupted, o.tripleFault, o.exit < 0, o.exit == 1:
		_, r.why, _ = o.judge()
	case alone && o.exit != exitPass:
		r.why = fmt.Sprintf("QEMU left with %d, not %d", o.exit, exitPass)
	case !m.silent && !said:
		r.why = "the program did not run"
	case !alone && o.exit != 0:
		r.why = fmt.Sprintf("QEMU left with %d after poweroff", o.exit)
	}
	if r.why != "" && len(m.output.tail) > 0 {
		r.why += "; last line: " + m.output.tail[len(m.output.tail)-1]
	}
	if lines := lastLines(o.stderr, 1); r.why != "" && len(lines) > 0 {
		r.why += "; QEMU: " + lines[0]
	}
	return r
}

// sparseMemory backs the guest's memory by a file of that size with nothing in it.
func (m *machine) sparseMemory(size string) ([]string, error) {
	path := m.dir + "/memory"
	return []string{"-object", "memory-backend-file,id=ram,share=on,size=" + size + ",mem-path=" + path}, os.WriteFile(path, nil, 0o600)
}

// grid is a table of text.
type grid struct {
	columns []string
	rows    [][]string
}

func (g *grid) String() string {
	width := make([]int, len(g.columns))
	all := append([][]string{g.columns}, g.rows...)
	for _, row := range all {
		for i, cell := range row {
			width[i] = max(width[i], len(cell))
		}
	}
	var b strings.Builder
	for _, row := range all {
		line := ""
		for i, cell := range row {
			if i == 0 {
				line = fmt.Sprintf("%-*s", width[0], cell)
			} else {
				line += fmt.Sprintf("  %*s", width[i], cell)
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

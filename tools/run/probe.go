package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

//go:embed probe.S
var probeSource []byte

// probeKVM runs a tiny guest under KVM which does what Gossamer depends on: it
// goes to ring 3 and makes a system call. Some cloud machines have a /dev/kvm
// (kvm_pvm, without hardware virtualisation) under which the handler then runs
// with the wrong privilege. It returns "" if all is well, else the reason.
func (c *config) probeKVM() (why string) {
	f, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	if err != nil {
		return err.Error()
	}
	f.Close()
	trial := *c
	trial.cpus, trial.mem, trial.timeout, trial.verbose = 1, "64M", 30*time.Second, false
	trial.boot = bootWays[0]
	return trial.probe()
}

// probe runs the tiny guest with the given settings.
func (c *config) probe() (why string) {
	m, err := c.newMachine("")
	if err != nil {
		return err.Error()
	}
	defer os.RemoveAll(m.dir)
	source, object := filepath.Join(m.dir, "probe.S"), filepath.Join(m.dir, "probe.o")
	m.kernel, m.initramfs = filepath.Join(m.dir, "probe"), ""
	if err := os.WriteFile(source, probeSource, 0o644); err != nil {
		return err.Error()
	}
	if err := m.tree().Command(nil, "as", "--64", "-o", object, source); err != nil {
		return err.Error()
	}
	if err := m.tree().Command(nil, "ld", "-Ttext=0x100000", "-e", "start32", "-o", m.kernel, object); err != nil {
		return err.Error()
	}
	m.output = &console{}
	o, err := m.run()
	switch {
	case err != nil:
		return err.Error()
	case o.timedOut:
		return fmt.Sprintf("a tiny guest did not end within %v", m.timeout)
	case o.exit == exitPass:
		return ""
	case o.exit == exitFail || o.exit == 0:
		return "a system call from ring 3 does not arrive in ring 0 on this machine"
	}
	if lines := lastLines(o.stderr, 1); len(lines) > 0 {
		return fmt.Sprintf("a tiny guest failed (%s: %s)", o.how, lines[0])
	}
	return fmt.Sprintf("a tiny guest failed (%s)", o.how)
}

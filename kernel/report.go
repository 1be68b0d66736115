package main

import (
	"fmt"
	"os"
	"strings"

	"gossamer/arch/amd64"
	"gossamer/boot"
	"gossamer/kernel/frame"
	"gossamer/kernel/goos"
	"gossamer/kernel/hardware"
	"gossamer/proc"
)

// logf writes a message to the kernel's log, which the runtime has as its standard error.
func logf(s string) {
	fmt.Fprintf(os.Stderr, "[%12.6f] %s\n", float64(goos.Now())/1e9, strings.TrimRight(s, "\n"))
}

// fatal logs why the kernel cannot go on, and ends it.
func fatal(format string, args ...any) {
	logf("fatal: " + fmt.Sprintf(format, args...))
	goos.Die()
}

// logMachine finds PCI functions and says what was found, for reports from machines that nobody has seen.
func logMachine() *hardware.Machine {
	_, quiet := boot.Option("quiet")
	if !quiet {
		f := &amd64.Has
		total, _, _ := frame.Stats()
		logf(fmt.Sprintf("Gossamer %s: %d CPUs, %s, TSC %d MHz, %d MiB of memory", release, amd64.CPUs(),
			text(f.Brand[:]), goos.TSC()/1e6, total*frame.Size>>20))
	}
	devices := hardware.Find() // with the first words said, in case it goes wrong
	if !quiet {
		logf(devices.Summary())
		if amd64.FailedAPs > 0 {
			logf(fmt.Sprintf("%d CPUs did not come up: APIC IDs %v", amd64.FailedAPs, amd64.FailedIDs[:amd64.FailedAPs]))
		}
	}
	return devices
}

func text(b []byte) string { return strings.TrimSpace(strings.TrimRight(string(b), "\x00")) }

// features names the CPU features that the kernel uses, as Linux's /proc/cpuinfo does.
func features() string {
	f := &amd64.Has
	var s []string
	for _, x := range []struct {
		name string
		has  bool
	}{
		{"fxsr sse sse2", true}, {"nx", f.NX}, {"pge", f.PGE}, {"smep", f.SMEP}, {"smap", f.SMAP},
		{"umip", f.UMIP}, {"fsgsbase", f.FSGSBASE}, {"x2apic", amd64.X2APIC()},
		{"tsc_deadline_timer", amd64.UsesTSCDeadline()}, {"constant_tsc", f.InvariantTSC},
		{"rdrand", f.RDRAND}, {"hypervisor", f.Hypervisor},
	} {
		if x.has {
			s = append(s, x.name)
		}
	}
	return strings.Join(s, " ")
}

// cpuInfo is /proc/cpuinfo.
func cpuInfo() string {
	f := &amd64.Has
	var b strings.Builder
	for i := range amd64.CPUs() {
		fmt.Fprintf(&b, "processor\t: %d\nvendor_id\t: %s\ncpu family\t: %d\nmodel\t\t: %d\nmodel name\t: %s\nstepping\t: %d\n"+
			"cpu MHz\t\t: %d.%03d\napicid\t\t: %d\nflags\t\t: %s\naddress sizes\t: %d bits physical, %d bits virtual\n\n",
			i, text(f.Vendor[:]), f.Family, f.Model, text(f.Brand[:]), f.Stepping,
			goos.TSC()/1e6, goos.TSC()/1e3%1000, amd64.At(i).APICID, features(), f.PhysBits, f.VirtBits)
	}
	return b.String()
}

// exit tells the machine's owner a program's exit status.
func exit(status int) {
	finishTrace()
	logf(fmt.Sprintf("gossamer: exit %d", status&255))
	goos.Exit(status)
}

func power(action proc.Power) {
	finishTrace()
	switch action {
	case proc.PowerRestart:
		goos.Reboot()
	case proc.PowerHalt:
		logf("gossamer: halted")
		goos.Halt()
	default:
		logf("gossamer: power off")
		goos.PowerOff()
	}
}

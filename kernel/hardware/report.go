package hardware

import (
	"fmt"
	"strings"

	"gossamer/arch/amd64"
	"gossamer/boot"
	"gossamer/kernel/frame"
	"gossamer/kernel/goos"
)

// Report is /proc/hardware: what was found, for somebody who does not have the machine.
func (m *Machine) Report() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", name+":", fmt.Sprintf(format, args...))
	}
	cpus(line)
	memory(line)
	acpi(line)
	interrupts(line)
	clocks(line)
	power(line)
	if f := &boot.Boot.Framebuffer; f.Addr != 0 {
		line("framebuffer", "%d×%d, %d bits, pitch %d, at %#x", f.Width, f.Height, f.BitsPerPixel, f.Pitch, f.Addr)
	} else {
		line("framebuffer", "none")
	}
	line("serial", "%s", yes(m.cfg.Serial, "console on COM1", "no COM1"))
	line("keyboards", "%d", m.keyboard.Devices())

	line("pci", "%d functions%s", len(m.functions), yes(m.access != "", ", by "+m.access, ""))
	for _, f := range m.functions {
		fmt.Fprintf(&b, "  %s %04x:%04x class %06x rev %02x", f.Addr, f.Vendor, f.Device, f.Class, f.Revision)
		if f.SubVendor != 0 {
			fmt.Fprintf(&b, " sub %04x:%04x", f.SubVendor, f.SubDevice)
		}
		if f.Bridge {
			fmt.Fprintf(&b, " to bus %02x", f.Secondary)
		}
		if len(f.Capabilities) > 0 {
			b.WriteString(" caps")
			for _, c := range f.Capabilities {
				fmt.Fprintf(&b, " %02x", c.ID)
			}
		}
		b.WriteByte('\n')
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, u := range m.usb {
		line("usb", "%s, interrupts: %s", u.at, u.irq)
		for _, s := range u.Report() {
			b.WriteString("  " + s + "\n")
		}
	}
	line("drivers", "%d messages", len(m.notes)+m.lost)
	for _, s := range m.notes {
		b.WriteString("  " + s + "\n")
	}
	return b.String()
}

// Summary is the same in one line, as far as it is known before drivers run.
func (m *Machine) Summary() string {
	t := &amd64.Topology
	a := &amd64.ACPI
	return fmt.Sprintf("%s, %d I/O APICs; clock by %s; ACPI %s, %d tables; %d PCI functions%s; framebuffer %s",
		yes(amd64.X2APIC(), "x2APIC", "xAPIC"), t.IOAPICs(), amd64.TSCSource, revision(a), a.Tables,
		len(m.functions), yes(m.access != "", " by "+m.access, ""), picture())
}

func picture() string {
	f := &boot.Boot.Framebuffer
	if f.Addr == 0 {
		return "none"
	}
	return fmt.Sprintf("%d×%d", f.Width, f.Height)
}

type lines func(name, format string, args ...any)

func cpus(line lines) {
	f, t := &amd64.Has, &amd64.Topology
	line("cpu", "%s, %s family %d model %d stepping %d", strings.TrimSpace(text(f.Brand[:])), text(f.Vendor[:]), f.Family, f.Model, f.Stepping)
	line("cpus", "%d of %d run; %d did not come up", amd64.CPUs(), t.CPUs(), amd64.FailedAPs)
}

func memory(line lines) {
	total, free, _ := frame.Stats()
	line("loader", "%s", map[boot.Protocol]string{boot.PVH: "PVH", boot.Multiboot2: "Multiboot2"}[boot.Boot.Protocol])
	line("memory", "%d MiB, %d MiB free; %d regions", total*frame.Size>>20, free*frame.Size>>20, len(boot.Boot.Regions()))
	for _, r := range boot.Boot.Regions() {
		line("  region", "%012x-%012x type %d", uint64(r.Start), uint64(r.End), r.Type)
	}
}

func revision(a *amd64.ACPIInfo) string {
	return yes(!a.Found, "none", yes(a.Revision >= 2, "2+", "1"))
}

func acpi(line lines) {
	a := &amd64.ACPI
	if !a.Found {
		line("acpi", "none")
		return
	}
	var names []string
	for _, s := range a.Signatures() {
		names = append(names, string(s[:]))
	}
	line("acpi", "revision %s, %q, tables %s", revision(a), text(a.OEM[:]), strings.Join(names, " "))
	if f := &a.FADT; f.Present {
		line("fadt", "boot flags %#x, PM1a %#x, PM1b %#x, SMI %#x%s", uint16(f.BootFlags), f.PM1aControl, f.PM1bControl, f.SMICommand,
			yes(f.HardwareReduced, ", hardware-reduced", "")+yes(a.Keyboard, ", PNP03xx", ""))
	}
	for _, e := range a.ECAMs() {
		line("mcfg", "segment %d, buses %02x-%02x at %#x", e.Segment, e.From, e.To, uint64(e.Base))
	}
}

func interrupts(line lines) {
	t := &amd64.Topology
	line("apic", "%s at %#x, 8259s %s%s", yes(amd64.X2APIC(), "x2APIC", "xAPIC"), uint64(t.LAPIC), yes(t.PIC, "there", "absent"),
		yes(t.FromMADT, "", ", no MADT"))
	for i := range t.IOAPICs() {
		addr, base, pins := t.IOAPIC(i)
		line("ioapic", "at %#x, interrupts %d-%d", uint64(addr), base, int(base)+int(pins)-1)
	}
	for irq := range uint8(16) {
		if gsi, level, low := t.ISA(irq); gsi != uint32(irq) || level || low {
			line("override", "ISA %d is %d, %s, %s", irq, gsi, yes(level, "level", "edge"), yes(low, "low", "high"))
		}
	}
}

func clocks(line lines) {
	line("tsc", "%d MHz by %s, %s", goos.TSC()/1e6, amd64.TSCSource, yes(amd64.Has.InvariantTSC, "invariant", "not said to be invariant"))
	line("timer", "%s", yes(amd64.UsesTSCDeadline(), "TSC deadline", fmt.Sprintf("LAPIC at %d kHz", amd64.LAPICHz/1000)))
	line("hpet", "%s", yes(amd64.ACPI.HPET != 0, fmt.Sprintf("at %#x", uint64(amd64.ACPI.HPET)), "none"))
	line("pm timer", "%s", yes(amd64.ACPI.FADT.PMTimer != 0, fmt.Sprintf("port %#x", amd64.ACPI.FADT.PMTimer), "none"))
}

func power(line lines) {
	a := &amd64.ACPI
	s5 := "\\_S5 not found"
	if a.HaveS5 {
		s5 = fmt.Sprintf("\\_S5 %d, %d", a.SleepTypeA, a.SleepTypeB)
	}
	line("power off", "%s", s5)
	if r := a.FADT.Reset; r.Addr != 0 {
		line("reset", "%#x to %s %#x", a.FADT.ResetValue, yes(r.Space == amd64.InIO, "port", "memory"), r.Addr)
	} else {
		line("reset", "no reset register")
	}
}

func yes(condition bool, a, b string) string {
	if condition {
		return a
	}
	return b
}

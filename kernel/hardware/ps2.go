package hardware

import (
	"time"

	"gossamer/arch/amd64"
	"gossamer/boot"
	"gossamer/kernel/dev/i8042"
	"gossamer/kernel/goos"
)

// ps2Line is the keyboard's ISA interrupt.
const ps2Line = 1

// startPS2 starts the driver of the keyboard controller. It returns when the controller has
// answered, or will not.
func (m *Machine) startPS2() {
	option, _ := boot.Option("i8042")
	f := &amd64.ACPI.FADT
	switch {
	case option == "off":
		m.note("i8042: off, by the command line")
		return
	case option == "" && f.Present && f.BootFlags&amd64.Has8042 == 0 && !amd64.ACPI.Keyboard:
		m.note("i8042: none, says the firmware (i8042=on looks all the same)")
		return
	}
	cfg := i8042.Config{
		Ports:     ps2Ports{},
		Raw:       option == "raw",
		Keyboard:  m.keyboard,
		Interrupt: m.signalOn(ps2Line),
		Now:       goos.Now,
		Sleep:     time.Sleep,
		Log:       m.note,
	}
	if !goos.RouteISA(ps2Line) {
		m.note("i8042: no I/O APIC has its interrupt, or it is signalled by level; it is polled")
		cfg.Interrupt = nil
	}
	c, err := i8042.Start(cfg)
	if err != nil {
		m.note("i8042: %v", err)
		return
	}
	go func() {
		if err := c.Run(nil); err != nil {
			m.note("i8042: %v", err)
		}
	}()
}

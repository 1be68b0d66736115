// Package hardware finds the machine's devices beyond those that the kernel cannot start without,
// and runs their drivers: PCI, and keyboards on the PS/2 controller and on USB. It is where drivers,
// which know their hardware by interfaces, meet arch/amd64 and kernel/goos.
//
// [Find] lists the PCI functions, at boot; it only reads. Drivers run on goroutines of their own, in
// the background, while programs already run: a device that is slow, or absent and noticed late,
// delays nobody. Waits sleep; when interrupts work nothing is polled.
//
// What was found, and what a driver has to say, stands in [Machine.Report], which is /proc/hardware:
// to be sent along with a report of what does not work. The log gets it only if there is no
// keyboard to ask for it with.
//
// Options on the command line: keymap=us|de; keyrepeat=off; numlock=on; i8042=off, on (whatever the firmware says) or raw (no
// translation of scan codes); pci=off or ports (no ECAM); usb=off, poll (no interrupts) or msi (no
// MSI-X); verbose logs what is noted.
//
// Read hardware.go, ports.go, ecam.go, ps2.go, dma.go, usb.go, report.go.
package hardware

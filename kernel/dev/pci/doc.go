// Package pci finds PCI and PCI Express functions and what drivers must know of them: class, base
// addresses, capabilities, and how to make a function send its interrupts as messages (PCI Local
// Bus Specification 3.0, PCI Express Base Specification 5.0, chapter 7).
//
// Configuration space is reached through the interface [Space]; the kernel has two, by I/O ports
// and by memory (ECAM). What stands there is not trusted: buses are visited once, whatever
// bridges say; lists of capabilities are bounded; a base address that is not naturally aligned or
// of no size does not exist.
//
// [Scan] only reads. A function that a driver has chosen is measured ([Function.ReadBARs]: for that
// moment it does not decode addresses, so it must not be in use) and switched on.
//
// Not here: assigning addresses that the firmware left open, hot plug, and host bridges whose buses
// do not hang below bus 0 (or the first of a segment).
//
// Read pci.go, scan.go, bar.go, capability.go, msi.go.
package pci

// Package xhci drives USB 3 host controllers (eXtensible Host Controller Interface 1.2) as far as
// keyboards need it, and USB keyboards by the HID boot protocol (USB 2.0, chapter 9; Device Class
// Definition for HID 1.11, appendix B). It knows the hardware by the interfaces [Registers] and
// [Memory], and is ordinary Go.
//
// # Who runs what
//
// [Controller.Run] is one goroutine: it waits for the interrupt, or polls if there is none, takes
// events from the event ring and hands each to whom it concerns; it never waits for anybody. Each
// root port has a goroutine, which sleeps until the port changes; it sets up what is plugged in, and then
// is the driver of it until that is pulled out: of a keyboard, or of a hub, whose ports have
// goroutines again, which end before the hub's. They send
// commands one at a time (Controller.commands is held from sending to completion), and only one of
// them at a time has a device that answers to address 0, or gives its slot back
// (Controller.addressing). Order of locks: addressing, device.controls, commands, mu.
//
// # What is not trusted
//
// Every wait ends: by an event, by time, or because the controller has died, which an all-ones
// status or a command that cannot even be aborted shows; then all goroutines end. Registers that
// point outside the controller's memory, lists that run in circles and descriptors of any content
// are refused. An endpoint that stalls is reset, ten times in a row.
//
// # Not here
//
// The fast half of USB 3 hubs (the other half has the keyboards), isochronous and bulk transfers,
// power saving.
//
// Read registers.go, ring.go, controller.go, start.go, event.go, command.go, port.go, device.go,
// control.go, descriptor.go, endpoint.go, keyboard.go, hub.go, report.go.
package xhci

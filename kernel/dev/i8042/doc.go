// Package i8042 drives the PC's keyboard controller and the PS/2 keyboard on its first port
// (IBM PS/2 Hardware Interface Technical Reference; and what laptops' embedded controllers and
// firmware that plays a controller for USB keyboards make of it).
//
// The keyboard is told to use scan-code set 2. The controller by itself translates that to set 1,
// which is what firmware and embedded controllers know best, so it is left on unless Config.Raw
// asks for set 2 as it is; which of the two happens is read back from the controller. The second
// port, a mouse's, is switched off.
//
// [Start] finds the controller and prepares it and [Controller.Run] serves it: on one goroutine,
// which nobody else waits for. Every wait has a limit and sleeps. A controller that does not
// answer is absent; a keyboard that does not answer may be plugged in later, and is set up when
// it announces itself. The package knows the hardware by the interface [Ports] only, and is tested
// against a controller that is not there, one that answers garbage, and a good one.
//
// Read i8042.go, start.go, run.go, scancode.go.
package i8042

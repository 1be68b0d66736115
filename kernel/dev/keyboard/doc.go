// Package keyboard turns what keys do into the bytes that a terminal gets.
//
// A [Keyboard] is what one person sits before: it may consist of several devices, each of which
// its driver attaches. Modifiers count whichever device they are held on, and the locks are
// common to all, so that every device shows the same lights. The package knows no hardware and
// no clock; a driver passes the time in, and a device that does not repeat held keys by itself
// has them repeated by [Device.Tick].
//
// Keys have the numbers of USB's keyboards, whatever the device. A [Layout] says what is
// printed on them. What is typed comes out as UTF-8; keys without a character send the
// sequences of a Linux or VT220 terminal, with xterm's parameter when a modifier is held.
// Control makes control characters, meta (the left Alt key; both on layouts without AltGr) puts
// an ESC before them.
//
// # Locks
//
// One mutex in each Keyboard guards it and its devices. Config.Out is called with it held, so
// that what two devices type does not mix within a key; Config.Reboot and a device's lights
// function are called without it.
//
// Read key.go, layout.go, keyboard.go, typing.go, sequence.go, repeat.go.
package keyboard

package main

import (
	"fmt"
	"image/color"
)

// test is a machine, and what to do on it.
type test struct {
	name     string
	quick    bool
	mode     string // size of the screen; "": GRUB's choice
	options  string // the kernel's
	program  string // put into the image beside the others
	noSerial bool
	counted  bool // one CPU, whose time is the count of instructions
	steps    []step
	command  step // instead of all that
}

var (
	red = color.RGBA{0xaa, 0, 0, 255}
)

// booted is a shell on serial line and screen, with the log of both.
func booted(width, height, bits int, grid string) []step {
	return []step{
		shows(`(?m)^\[ +[0-9.]+\] Gossamer 0\.1: 2 CPUs`), shows(fmt.Sprintf(`(?s)\] screen: %d×%d pixels of %d bits, %s characters\n.*gossamer: console\n.*\n/ \$$`, width, height, bits, grid)),
		size(width, height), same(2),
	}
}

// output is what programs print: letters of all kinds, colours, more lines than fit.
var output = []step{
	send("echo -n \x16\x1b[2Jclean äöü ┌─┐ x\x16\x1b[31my\x16\x1b[0m\n"), shows(`(?m)clean äöü ┌─┐ xy/ \$$`), coloured(`clean äöü ┌─┐ xy`, red),
	send("ls -l /bin; ls -l /bin; ls -l /bin; ls -l /bin; ls -l /bin; ls -l /bin; ps\n"), shows(`(?s)\n1 +0 +1 +S .*/bin/init.*\n/ \$$`), same(40),
}

var cost = []step{shows(`flood: [0-9]+ ticks a character`), tells(`flood: ([0-9]+ ticks a character)`)}

func steps(parts ...[]step) (all []step) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

var tests = []test{
	{name: "1024x768", quick: true, mode: "1024x768", steps: steps(booted(1024, 768, 32, "128×48"), output)},
	{name: "1920x1080", quick: true, mode: "1920x1080", steps: steps(booted(1920, 1080, 32, "240×67"), output)},
	{name: "640x480", mode: "640x480", steps: steps(booted(640, 480, 32, "80×30"), output[:5], []step{same(29)})},
	{name: "1024x768x24", mode: "1024x768x24", steps: steps(booted(1024, 768, 24, "128×48"), output)},
	{name: "800x600x16", mode: "800x600x16", steps: steps(booted(800, 600, 16, "100×37"), output[:2])},
	{name: "800x600x15", mode: "800x600x15", steps: steps(booted(800, 600, 15, "100×37"), output[:2])},

	// Each of the two is a terminal of its own; the log is with the console.
	{name: "parted/serial", mode: "1024x768", options: "console=serial", steps: []step{
		shows(`^Gossamer\. "help" lists what there is\.\n/ \$$`), says(`gossamer: console`),
		send("echo from the line\n"), says(`\nfrom the line\r\n/ \$ $`),
		press("echo from the keyboard\n"), shows(`\nfrom the keyboard\n/ \$$`), lacks(`line|CPUs`), silent("keyboard"),
	}},
	{name: "parted/screen", mode: "1024x768", options: "console=tty0", steps: []step{
		shows(`(?s)Gossamer 0\.1: 2 CPUs.*\n/ \$$`), says(`/ \$ $`), silent("CPUs"),
		send("echo from the line\n"), says(`\nfrom the line\r\n/ \$ $`),
		press("echo from the keyboard\n"), shows(`\nfrom the keyboard\n/ \$$`), lacks(`from the line`), silent("keyboard"),
	}},
	{name: "no-serial", quick: true, mode: "1024x768", noSerial: true, steps: []step{
		shows(`(?s)no serial port.*\n/ \$$`), press("echo typed here\n"), shows(`\ntyped here\n/ \$$`),
	}},

	{name: "screenshot", quick: true, command: commandMakesPicture},

	// The terminal knows its size, and answers if nobody is at the serial line.
	{name: "ask/screen", quick: true, mode: "1024x768", options: "console=screen init=/bin/ask", program: "build/screen/ask", steps: []step{
		shows(`(?s)\nwindow 128 by 48, 1024 by 768 pixels\n.*\nanswer ESC\[20;7R$`), silent("window"),
	}},
	{name: "ask/both", mode: "1920x1080", options: "init=/bin/ask", program: "build/screen/ask", steps: []step{
		says(`window 240 by 67, 1920 by 1080 pixels\r\n`), says(`\[6n`), send("\x1b[3;4R"), shows(`answer ESC\[3;4R$`),
	}},
	{name: "ask/keyboard", mode: "1024x768", program: "build/screen/ask", steps: []step{
		shows(`/ \$$`), press("ask\n"), shows(`answer ESC\[20;7R$`),
	}},

	// What output costs that scrolls, by the size of the screen; with the serial line, too.
	{name: "cost/1024x768", mode: "1024x768", options: "console=screen init=/bin/flood", program: "build/screen/flood", counted: true, steps: cost},
	{name: "cost/1920x1080", mode: "1920x1080", options: "console=screen init=/bin/flood", program: "build/screen/flood", counted: true, steps: cost},
	{name: "cost/both", mode: "1024x768", options: "init=/bin/flood", program: "build/screen/flood", counted: true, steps: cost},

	// The machine's end is to be seen, whatever it was.
	{name: "panic/machine-check", quick: true, mode: "1024x768", steps: []step{
		shows(`/ \$$`), monitor("mce 0 1 0xbd00000000000000 4 0 0"),
		shows(`^Gossamer has come to an end by a kernel panic`), shows(`\nkernel panic: machine check: .*\n  cpu 0 +0x0*12 `), says(`kernel panic: `),
	}},
	{name: "panic/busy", mode: "1024x768", steps: []step{ // while both CPUs may be at work on the screen
		shows(`/ \$$`), send("cat /dev/urandom & cat /dev/urandom\n"), fills(40), monitor("mce 1 1 0xbd00000000000000 4 0 0"),
		shows(`^Gossamer has come to an end by a kernel panic`), shows(`\nkernel panic: machine check: .*\n  cpu [01] +0x0*12 `),
	}},
	{name: "panic/goroutine", mode: "1024x768", options: "init=/bin/crash test", program: "build/screen/crash", steps: []step{
		shows(`(?s)^Gossamer has come to an end by a kernel panic.*\npanic: crash call 4, where nobody recovers\n.*goroutine [0-9]+`), says(`kernel panic: the Go runtime exits`),
	}},
	{name: "panic/no-init", mode: "1920x1080", options: "init=/bin/nonsense", steps: []step{
		shows(`(?s)^Gossamer has come to an end by a kernel panic.*\nfatal: cannot start /bin/nonsense`), says(`halted`),
	}},
}

package main

import (
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

var stat, args [4096]byte

// psLine prints a process from /proc/PID/stat; one that has just gone prints nothing.
func psLine(pid string) {
	text, e := sys.ReadFile(path.Reset().Add("/proc").Elem(pid).Elem("stat").String(), stat[:])
	if e != 0 {
		return
	}
	// pid (name) state ppid pgrp …; the name may contain anything, so find its last ).
	open, end := sys.Index(text, "("), len(text)-1
	for end > 0 && text[end] != ')' {
		end--
	}
	if open < 0 || end < open {
		return
	}
	name, rest := text[open+1:end], text[end+1:]
	state, rest := sys.Field(rest)
	out.Out.Column().Str(pid).Pad(7)
	for field := 4; field <= 24; field++ {
		var w string
		w, rest = sys.Field(rest)
		switch field {
		case 4, 5:
			out.Out.Column().Str(w).Pad(7)
		case 24:
			pages, _ := sys.ParseInt(w)
			out.Out.Str(state).Str("  ").IntWidth(pages*4, 8)
		}
	}
	out.Out.Str("  ")
	line, _ := sys.ReadFile(path.Reset().Add("/proc").Elem(pid).Elem("cmdline").String(), args[:])
	if line == "" {
		out.Out.Byte('[').Str(name).Byte(']')
	}
	for i := range len(line) {
		switch {
		case line[i] != 0:
			out.Out.Byte(line[i])
		case i+1 < len(line):
			out.Out.Byte(' ')
		}
	}
	out.Out.NL()
}

func ps() int {
	if arg(1) == "-L" && argc() == 2 {
		return psLWPs()
	}
	wantArgs(0, 0)
	if !openProcesses() {
		return 1
	}
	out.Out.Str("PID    PPID   PGRP   S   RSS/KiB  COMMAND\n")
	for {
		pid, ok := pids.next()
		if !ok {
			return 0
		}
		psLine(pid)
	}
}

// signalNumber reads a number, or a name with or without SIG.
func signalNumber(s string) (int, bool) {
	if n, ok := sys.ParseInt(s); ok {
		return n, n >= 0 && n <= 64
	}
	for n := 1; n < 32; n++ {
		name := sys.SignalName(n)
		if name == s || sys.HasPrefix(name, "SIG") && name[3:] == s {
			return n, true
		}
	}
	return 0, false
}

func kill() int {
	sig, i := sys.SIGTERM, 1
	if a := arg(1); len(a) > 1 && a[0] == '-' && argc() > 2 {
		n, ok := signalNumber(a[1:])
		if !ok {
			usage()
		}
		sig, i = n, 2
	}
	if argc() <= i {
		usage()
	}
	for ; i < argc(); i++ {
		pid, ok := sys.ParseInt(arg(i))
		if !ok {
			usage()
		}
		if e := sys.Kill(pid, sig); e != 0 {
			fail(arg(i), e)
		}
	}
	return 0
}

func sleep() int {
	wantArgs(1, 1)
	text := arg(1)
	dot := sys.Index(text, ".")
	if dot < 0 {
		dot = len(text)
	}
	seconds, ok := sys.ParseInt(text[:dot])
	if dot == 0 {
		seconds, ok = 0, len(text) > 1
	}
	if !ok || seconds < 0 || dot > 9 {
		usage()
	}
	ns, unit := 0, 100_000_000
	for i := dot + 1; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			usage()
		}
		ns += int(text[i]-'0') * unit
		unit /= 10
	}
	sys.Sleep(int64(seconds)*1e9 + int64(ns))
	return 0
}

func uptime() int {
	wantArgs(0, 0)
	text, e := sys.ReadFile("/proc/uptime", buf[:])
	if e != 0 {
		fail("/proc/uptime", e)
		return 1
	}
	up, rest := sys.Field(text)
	idle, _ := sys.Field(rest)
	out.Out.Str("up ").Str(up).Str(" s, idle ").Str(idle).Str(" CPU s\n")
	return 0
}

func free() int {
	wantArgs(0, 0)
	text, e := sys.ReadFile("/proc/meminfo", buf[:])
	if e != 0 {
		fail("/proc/meminfo", e)
		return 1
	}
	for text != "" {
		var line string
		line, text = sys.Line(text)
		if sys.HasPrefix(line, "Mem") {
			out.Out.Str(line).NL()
		}
	}
	return 0
}

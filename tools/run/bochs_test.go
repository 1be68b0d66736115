package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// guestLine is the guest's end of the serial line: what it says, and what it was told.
type guestLine struct {
	io.Reader
	told bytes.Buffer
}

func (g *guestLine) Write(p []byte) (int, error) { return g.told.Write(p) }

func TestBochsTalk(t *testing.T) {
	const (
		boot  = "[    0.1] xAPIC, 1 I/O APICs\r\nGossamer. \"help\" lists what there is.\r\n"
		hello = "/ $ Hello from ring 3 of Gossamer\r\n"
		off   = "[    1.0] gossamer: power off\r\n"
	)
	for _, test := range []struct{ says, problem string }{
		{boot + hello + off, ""},
		{"", "no shell"},
		{strings.Replace(boot, "xAPIC", "x2APIC", 1) + hello + off, "the log does not say xAPIC"},
		{boot + off, "the program did not run"},
		{boot + hello, "the machine was not switched off"},
	} {
		talk := bochsTalk{want: "xAPIC"}
		line := &guestLine{Reader: strings.NewReader(test.says)}
		talk.talk(line)
		if got := talk.problem(); got != test.problem {
			t.Errorf("%q: %q, want %q", test.says, got, test.problem)
		}
		if told := line.told.String(); talk.sawShell && told != "hello\npoweroff\n" || !talk.sawShell && told != "" {
			t.Errorf("typed %q", told)
		}
	}
}

func TestBochsSays(t *testing.T) {
	out := "====\nBochs is exiting with the following message:\n[CPU0  ] 3rd exception\n====\n"
	if got := bochsSays(out); got != "[CPU0  ] 3rd exception" {
		t.Errorf("%q", got)
	}
	if got := bochsSays("a\nb\n"); got != "b" {
		t.Errorf("%q", got)
	}
}

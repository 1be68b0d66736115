package main

import (
	"strings"
	"testing"
	"time"
)

func TestPromptAndDeath(t *testing.T) {
	const boot = "GRUB $ \n[    0.1] Gossamer\n[    0.2] " + consoleReady + "\n"
	for _, c := range []struct {
		said         string
		ready, death bool
	}{
		{"", false, false},
		{"/ $ ", false, false},
		{boot, false, false},
		{boot + "hello\n", false, false},
		{boot + "hello\n/ $ ", true, false},
		{boot + "hello\n/tmp $ ", true, false},
		{boot + "hello\n/ $ l", false, false},
		{boot + "costs 5 $ ", false, false},
		{boot + "hello\n/ $ \nkernel panic: machine check\n", false, true},
		{boot + "[    0.3] fatal: cannot start\nhalted\n", false, true},
		{boot + "nothing fatal: really\n/ $ ", true, false},
	} {
		if got := promptPattern.MatchString(c.said); got != c.ready {
			t.Errorf("%q: ready is %v", c.said, got)
		}
		if got := deathPattern.MatchString(c.said); got != c.death {
			t.Errorf("%q: death is %v", c.said, got)
		}
	}
}

// A picture is good if its end is what a terminal of its width makes of the serial line's text.
func TestAgrees(t *testing.T) {
	long := strings.Repeat("x", 25)
	for _, c := range []struct {
		said, shown string
		agrees      bool
	}{
		{"hello\n/ $ ", "log\nhello\n/ $", true},
		{"hello\n/ $ ", "log\nhello", false},
		{"hello\n/ $ ls\na\n/ $ ", "log\nhello\n/ $", false},
		{"hello\n/ $ ls\na\n/ $ ", "hello\n/ $ ls\na\n/ $", true},
		{long + "\n/ $ ", strings.Repeat("x", 20) + "\nxxxxx\n/ $", true},
		{"1\n2\n3\n4\n5\n6\n7\n8\n/ $ ", "5\n6\n7\n8\n/ $", true},
		{"1\n2\n3\n4\n5\n6\n7\n8\n/ $ ", "4\n6\n7\n8\n/ $", false},
		{"\x1b[31mred\x1b[m\n/ $ ", "red\n/ $", true},
	} {
		p := &photographer{text: []byte("GRUB\n" + consoleReady + "\n" + c.said)}
		shown := strings.Split(c.shown, "\n")
		for len(shown) < 5 {
			shown = append(shown, "")
		}
		if got := p.agrees(shown, 20); got != c.agrees {
			t.Errorf("%q on %q: %v", c.said, c.shown, got)
		}
	}
}

// A guest that ends, or panics, does not keep anybody waiting.
func TestAwait(t *testing.T) {
	p := &photographer{more: make(chan struct{}, 1), ended: make(chan struct{})}
	done := make(chan error)
	go func() { done <- p.await(0) }()
	p.Write([]byte(consoleReady + "\nhello\n/"))
	select {
	case err := <-done:
		t.Fatalf("too early: %v", err)
	case <-time.After(10 * time.Millisecond):
	}
	p.Write([]byte(" $ "))
	if err := <-done; err != nil || p.panicked {
		t.Errorf("%v, panicked %v", err, p.panicked)
	}
	from := len(p.said())
	go func() { done <- p.await(from) }()
	p.Write([]byte("\nkernel panic: x\n"))
	if err := <-done; err != nil || !p.panicked {
		t.Errorf("%v, panicked %v", err, p.panicked)
	}
	p = &photographer{more: make(chan struct{}, 1), ended: make(chan struct{})}
	go func() { done <- p.await(0) }()
	close(p.ended)
	if err := <-done; err == nil {
		t.Error("it waited for a guest that is gone")
	}
}

// What cannot be is refused before anything is built.
func TestScreenshotRefuses(t *testing.T) {
	for _, c := range []struct{ boot, file, command, says string }{
		{"pvh", "x.png", "", "no screen"},
		{"microvm", "x.png", "", "no screen"},
		{"bios", "/nonexistent/x.png", "", "no such file"},
		{"bios", "x.png", "a\nb", "one line"},
		{"bios", ".", "", "not a plain file"},
	} {
		t.Setenv("BOOT", c.boot)
		conf, err := newConfig(t.TempDir(), "screenshot")
		if err != nil {
			t.Fatal(err)
		}
		if c.file[0] != '/' {
			c.file = t.TempDir() + "/" + c.file
		}
		if _, err := conf.screenshot(c.file, c.command, nil); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

package goos

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"gossamer/boot"
	"gossamer/kernel/dev/screen"
	"gossamer/kernel/frame"
)

// What is kept of a log for the screen at the end.
func TestLastWords(t *testing.T) {
	long := strings.Repeat("goroutine 1 [running]:\n", 1000)
	for _, c := range []struct{ log, kept string }{
		{"[    0.1] all is well\n", ""},
		{"[    0.1] all is well\npanic: it broke\n\ngoroutine 1\n", "panic: it broke\n\ngoroutine 1\n"},
		{"x\nfatal error: out of memory\nmore\n", "fatal error: out of memory\nmore\n"},
		{"[    0.123456] fatal: cannot start /bin/x\nhalted\n", "fatal: cannot start /bin/x\nhalted\n"},
		{"no panic: here\nnor fatal: there\n", ""},
		{"panic: one\npanic: two\n", "panic: two\n"},
		{"panic: one\n\tpanic: nested\n", "panic: one\n\tpanic: nested\n"},
		{"\nkernel panic: double fault\n  cpu 1\n", "kernel panic: double fault\n  cpu 1\n"},
		{"[] panic: x\n", "panic: x\n"},
		{"[ 1] [ 2] panic: x\n", "panic: x\n"},
		{"panic:\n", ""},
		{"panic: " + long, ("panic: " + long)[:len(lastWords)]},
		{"panic: " + long + "panic: again\n", "panic: again\n"},
	} {
		nlastWords, nlineHead = 0, 0
		for _, b := range []byte(c.log) {
			remember(b)
		}
		if got := string(lastWords[:nlastWords]); got != c.kept {
			t.Errorf("%.60q: kept %.60q (%d bytes), want %.60q", c.log, got, len(got), c.kept)
		}
	}
}

// The report is painted once: a fault while it is must not lead to the next one, and so on.
func TestReportOnce(t *testing.T) {
	oldMap, oldVideo, oldDisplay := frame.DirectMap, video, display
	defer func() {
		frame.DirectMap, video, display = oldMap, oldVideo, oldDisplay
		videoSize, reported = 0, false
	}()
	format := screen.Format{Pitch: 4 * 320, Width: 320, Height: 200, BitsPerPixel: 32,
		Red: screen.Channel{Shift: 16, Bits: 8}, Green: screen.Channel{Shift: 8, Bits: 8}, Blue: screen.Channel{Bits: 8}}
	if !display.Init(&format) {
		t.Fatal("no screen")
	}
	mem := mustMap(format.Size())
	frame.DirectMap, video, videoSize = uintptr(unsafe.Pointer(unsafe.SliceData(mem))), 0, uint64(len(mem))
	for _, want := range []bool{true, false} {
		clear(mem)
		reportDeath()
		if painted := slices.Max(mem) != 0; painted != want || !reported {
			t.Errorf("painted %v, want %v", painted, want)
		}
	}
}

func TestConsoleDevices(t *testing.T) {
	arena := mustMap(1 << 16)
	oldMap := frame.DirectMap
	defer func() { frame.DirectMap, boot.Boot = oldMap, boot.Info{} }()
	frame.DirectMap = uintptr(unsafe.Pointer(unsafe.SliceData(arena)))
	for _, c := range []struct {
		line           string
		serial, screen bool
	}{
		{"", true, true},
		{"console=", true, true},
		{"console=serial", true, false},
		{"console=ttyS0,115200", true, false},
		{"console=screen", false, true},
		{"console=tty0", false, true},
		{"console=tty1", false, true},
		{"console=serial,screen", true, true},
		{"console=tty0,ttyS0", true, true},
		{"console=,,screen,", false, true},
		{"console=hvc0", true, true},
		{"console=serialx", true, true},
		{"console=serial console=screen", false, true},
	} {
		// As PVH would hand it over: the magic, and where the command line is.
		const info, line = 0x1000, 0x2000
		binary.LittleEndian.PutUint32(arena[info:], 0x336ec578)
		binary.LittleEndian.PutUint64(arena[info+24:], line)
		copy(arena[line:], c.line+"\x00")
		if !boot.Parse(boot.PVH, info) {
			t.Fatal("no boot information")
		}
		if serial, screen := ConsoleDevices(); serial != c.serial || screen != c.screen {
			t.Errorf("%q: serial %v, screen %v", c.line, serial, screen)
		}
	}
}

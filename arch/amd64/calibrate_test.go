package amd64

import (
	"os"
	"strings"
	"testing"
)

func TestTimerCount(t *testing.T) {
	const lapic, tsc = 1000000000, 2500000000
	scale := timerScale(lapic, tsc)
	for _, c := range []struct{ ticks, lo, hi uint64 }{
		{0, 1, 1},
		{1, 1, 1},
		{2500, 1000, 1001},
		{2500000000, 1000000000, 1000000001},
		{1 << 40, 1<<32 - 1, 1<<32 - 1}, // longer than the timer can count
		{1<<64 - 1, 1<<32 - 1, 1<<32 - 1},
	} {
		if got := uint64(timerCount(c.ticks, scale)); got < c.lo || got > c.hi {
			t.Errorf("%d TSC ticks are %d timer ticks, want %d to %d", c.ticks, got, c.lo, c.hi)
		}
	}
	if timerScale(1<<63, 1) != 1<<64-1 || timerCount(5, timerScale(0, tsc)) != 1 {
		t.Error("scales that make no sense")
	}
}

func TestRate(t *testing.T) {
	if got := rate(5192000, 100000000, 200000); got != 2596000000 {
		t.Errorf("rate is %d", got)
	}
	if rate(1<<63, 1<<32, 1) != 0 {
		t.Error("a rate that overflows is not 0")
	}
	for hz, want := range map[uint64]uint64{0: 0, 9999999: 0, 1e9: 1e9, 3e10: 0} {
		if plausible(hz) != want {
			t.Errorf("plausible(%d) = %d", hz, plausible(hz))
		}
	}
}

// Does CPUID say here what the host's kernel says?
func TestDetect(t *testing.T) {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Skip(err)
	}
	field := func(name string) string {
		for line := range strings.Lines(string(text)) {
			if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
				return strings.TrimSpace(v)
			}
		}
		return ""
	}
	old := Has
	defer func() { Has = old }()
	Detect()
	if got := string(Has.Vendor[:]); got != field("vendor_id") {
		t.Errorf("vendor %q, host says %q", got, field("vendor_id"))
	}
	if got := strings.Trim(string(Has.Brand[:]), "\x00 "); got != field("model name") {
		t.Errorf("brand %q, host says %q", got, field("model name"))
	}
	flags := " " + field("flags") + " "
	for name, has := range map[string]bool{"fsgsbase": Has.FSGSBASE, "smep": Has.SMEP, "pdpe1gb": Has.Page1G,
		"xsave": Has.XSAVE, "rdrand": Has.RDRAND, "rdtscp": Has.RDTSCP, "nx": Has.NX} {
		if strings.Contains(flags, " "+name+" ") && !has {
			t.Errorf("the host has %s", name)
		}
	}
}

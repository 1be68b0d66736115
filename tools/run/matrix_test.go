package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// The quick trials are trials of the whole matrix, and touch each way of booting, each missing
// device and both CPU models.
func TestQuickTrials(t *testing.T) {
	all := map[string]bool{}
	for _, way := range bootWays {
		for _, cpu := range []string{"max", "qemu64"} {
			for i := range removals {
				if r := &removals[i]; r.has(way) {
					all[way.name+", "+cpu+", "+r.label()] = true
				}
			}
		}
	}
	for name := range quickTrials {
		if !all[name] {
			t.Errorf("%q is no trial", name)
		}
	}
	touched := func(what string) bool {
		for name := range quickTrials {
			if slices.Contains(strings.Split(name, ", "), what) {
				return true
			}
		}
		return false
	}
	for i := range removals {
		if !touched(removals[i].label()) {
			t.Errorf("no quick trial is %s", removals[i].label())
		}
	}
	for _, what := range []string{"pvh", "microvm", "bios", "uefi", "disk-bios", "usb-bios", "usb-uefi", "max", "qemu64"} {
		if !touched(what) {
			t.Errorf("no quick trial has %s", what)
		}
	}
}

func TestTry(t *testing.T) {
	const shell = `Gossamer. "help" lists what there is.\r\n`
	const good = shell + `Hello from ring 3 of Gossamer\r\n`
	less := func(name string) *removal {
		return &removals[slices.IndexFunc(removals, func(r removal) bool { return r.name == name })]
	}
	for _, test := range []struct {
		name, console, end, less, why string
	}{
		{"good", good, "0", "complete", ""},
		{"no program", shell, "0", "complete", "did not run"},
		{"panic", good, "37", "complete", "left with 37"},
		{"QEMU refuses", "", "1", "complete", "QEMU failed"},
		{"no serial port", "", "33", "serial", ""},
		{"no serial port, no verdict", "", "0", "serial", "left with 0, not 33"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := fake(t, "CONSOLE", test.console, "END", test.end)
			r := m.try(trial{boot: bootWays[0], cpu: "max", cpus: "1", mem: "64M", less: less(test.less)})
			if (r.why == "") != (test.why == "") || !strings.Contains(r.why, test.why) {
				t.Errorf("%q, want %q", r.why, test.why)
			}
			if test.name == "good" && (r.shell <= 0 || r.shell > r.all) {
				t.Errorf("shell after %v, end after %v", r.shell, r.all)
			}
		})
	}
}

func TestGrid(t *testing.T) {
	g := grid{[]string{"", "ab"}, [][]string{{"long", "1"}, {"x", ""}}}
	if got, want := g.String(), "      ab\nlong   1\nx\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := (trialResult{shell: 1500 * time.Millisecond}).String(); got != "1.5 s" {
		t.Error(got)
	}
}

// What each way of booting has QEMU do.
func TestMedia(t *testing.T) {
	for name, want := range map[string][]string{
		"pvh":      {"-M q35 ", "-kernel", "-initrd", "-append x"},
		"microvm":  {"-M microvm ", "-kernel", "iobase=0x2f8"},
		"bios":     {"ide-cd", "image.iso", "-device VGA"},
		"usb-uefi": {"usb-storage", "if=pflash"},
	} {
		way, err := bootWayOf(name)
		if err != nil {
			t.Fatal(err)
		}
		c := &config{root: t.TempDir(), cpus: 1, mem: "64M", cpu: "max", accel: "tcg", boot: way}
		m, err := c.newMachine("x")
		if err != nil {
			t.Fatal(err)
		}
		args := strings.Join(m.arguments(), " ")
		for _, w := range want {
			if !strings.Contains(args, w) {
				t.Errorf("%s: no %q in %s", name, w, args)
			}
		}
		if strings.Contains(args, "-kernel") == way.image {
			t.Errorf("%s: %s", name, args)
		}
		m.close()
	}
}

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestReportReadsTheConsole(t *testing.T) {
	r := report{figures: figures{}}
	for _, s := range []string{
		"[    0.000000] Linux version 6.1.0 BENCH me",
		"LINUX 6.1.0-56-cloud-amd64",
		"BENCH null_syscall 323.3 instructions",
		"BENCH pthread_bytes 32164.7 bytes",
		"BENCH torn 12",
		"BENCH torn x instructions",
		"",
	} {
		r.line(s)
	}
	if len(r.figures) != 2 || r.figures["null_syscall"] != (figure{323.3, "instructions"}) || r.figures["pthread_bytes"] != (figure{32164.7, "bytes"}) {
		t.Errorf("figures: %v", r.figures)
	}
	if r.release != "6.1.0-56-cloud-amd64" || r.done || r.failed != "" {
		t.Errorf("%+v", r)
	}
	r.line("DONE")
	if !r.done {
		t.Error("DONE is not taken for the end")
	}
}

func TestReportNotesFailures(t *testing.T) {
	for line, want := range map[string]string{
		"FAILED pipe(there): Too many open files":                         "pipe(there): Too many open files",
		"[    0.5] Kernel panic - not syncing: No working init found. \t": "[    0.5] Kernel panic - not syncing: No working init found.",
	} {
		r := report{figures: figures{}}
		if r.line(line); r.failed != want {
			t.Errorf("%q: %q, want %q", line, r.failed, want)
		}
	}
}

func TestParseJSON(t *testing.T) {
	f, err := parseJSON([]byte(`[{"name":"null_syscall","value":149.0,"unit":"instructions"}]`))
	if err != nil || f["null_syscall"] != (figure{149, "instructions"}) {
		t.Error(f, err)
	}
	if _, err := parseJSON([]byte("# kernel panic")); err == nil {
		t.Error("no error for what is no JSON")
	}
}

func TestNewestImage(t *testing.T) {
	name, err := newestImage("linux-image-cloud-amd64\n  Depends: linux-image-6.1.0-56-cloud-amd64\n")
	if name != "linux-image-6.1.0-56-cloud-amd64" || err != nil {
		t.Error(name, err)
	}
	for _, s := range []string{"", "linux-image-cloud-amd64\n  Suggests: linux-image-6.1.0-56-cloud-amd64-dbg\n"} {
		if name, err := newestImage(s); err == nil || !strings.Contains(err.Error(), "apt-get update") {
			t.Errorf("%q: %q, %v", s, name, err)
		}
	}
}

func TestTable(t *testing.T) {
	rows := []row{{"call", "call"}, {"spawn", "vfork"}, {"bytes", "bytes"}, {"late", "late"}}
	g := figures{"call": {150, "instructions"}, "spawn": {100_000, "instructions"}, "bytes": {5, "instructions"}}
	l := figures{"call": {300, "instructions"}, "vfork": {50_000, "instructions"}, "bytes": {7, "bytes"}}
	var b strings.Builder
	missing := table(&b, rows, g, l)
	want := []string{"a common unit of bytes (instructions) and bytes (bytes)", "Gossamer's late", "Linux's late"}
	if !slices.Equal(missing, want) {
		t.Errorf("missing %q, want %q", missing, want)
	}
	lines := strings.Split(b.String(), "\n")
	for i, want := range []string{
		"call 150.0 call 300.0 instructions 2.00",
		"spawn 100 000.0 vfork 50 000.0 instructions 0.50",
		"bytes 5.0 bytes 7.0 instructions -",
		"late - late - -",
	} {
		if got := strings.Join(strings.Fields(lines[i+1]), " "); got != want {
			t.Errorf("row %d: %q, want %q", i, got, want)
		}
	}
	// A side that was not asked for is not missing.
	if missing := table(&b, rows[:1], g, nil); len(missing) != 0 {
		t.Errorf("one side only: missing %q", missing)
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "0.0", 999.94: "999.9", 1000: "1 000.0", 1533632716: "1 533 632 716.0"} {
		if got := number(figure{value: v}, true); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
}

// Every row names benchmarks that both sides have.
func TestRowsExist(t *testing.T) {
	for _, r := range rows {
		if !mentioned(t, "../../user/bench/*.go", `"`+r.gossamer+`"`, "BENCH "+r.gossamer+" ") {
			t.Errorf("user/bench has no %s", r.gossamer)
		}
		if !mentioned(t, "../../tests/peer/*.c", `{"`+r.linux+`",`, "BENCH "+r.linux+" ") {
			t.Errorf("tests/peer has no %s", r.linux)
		}
	}
}

func mentioned(t *testing.T, files string, any ...string) bool {
	names, err := filepath.Glob(files)
	if err != nil || len(names) == 0 {
		t.Fatal(files, err)
	}
	for _, n := range names {
		text, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range any {
			if strings.Contains(string(text), a) {
				return true
			}
		}
	}
	return false
}

// The emulator must count instructions on one CPU, or the figures are of something else.
func TestGuestCountsInstructions(t *testing.T) {
	args := guestArguments("k", "i")
	for flag, want := range map[string]string{"-icount": "shift=0,sleep=off", "-smp": "1", "-kernel": "k", "-initrd": "i"} {
		if i := slices.Index(args, flag); i < 0 || args[i+1] != want {
			t.Errorf("%s: %q", flag, args)
		}
	}
}

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gossamer/kernel/trace"
	"gossamer/tools/tracejson"
)

func TestTrace(t *testing.T) {
	log := &trace.Log{Hz: 1e9, Dispatchers: 1, Rings: []trace.Ring{{Lost: 5, Events: []trace.Event{{Time: 1, Kind: trace.Switch, Thread: 1}}}}}
	var whole bytes.Buffer
	if err := log.Encode(&whole); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, raw, log, end string
		status              int
		says                string
	}{
		{"whole", whole.String(), `gossamer: exit 0\n`, "33", 0, "1 events in 0.000000 s, 5 lost, 1 threads"},
		{"the status is the program's", whole.String(), `gossamer: exit 7\n`, "35", 7, "5 lost"},
		{"cut short", whole.String()[:whole.Len()-1], `gossamer: exit 0\n`, "33", 2, "none: trace: it is cut short"},
		{"panic", "", `panic: x\n`, "37", 3, "none: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			raw := filepath.Join(t.TempDir(), "raw")
			if err := os.WriteFile(raw, []byte(test.raw), 0o666); err != nil {
				t.Fatal(err)
			}
			m := fake(t, "CONSOLE", "out", "LOG", test.log, "END", test.end, "TRACE", raw)
			var errs string
			saved := printed(t, func(file *os.File) {
				file.WriteString("what was there before, and is not to be there any more" + strings.Repeat(".", 5000))
				file.Seek(0, 0)
				errs = captureStderr(t, func() {
					printed(t, func(out *os.File) {
						if status, err := m.traceRun(out, file); err != nil || status != test.status {
							t.Errorf("status %d, %v; want %d", status, err, test.status)
						}
					})
				})
			})
			if !strings.Contains(errs, test.says) {
				t.Errorf("standard error %q, want %q", errs, test.says)
			}
			_, err := tracejson.Check([]byte(saved))
			if good := !strings.HasPrefix(test.says, "none"); good != (err == nil) {
				t.Errorf("saved: %v", err)
			}
		})
	}
}

// ICOUNT is 0 or 1, and counts only what is emulated.
func TestTraceRefusesICOUNT(t *testing.T) {
	for _, test := range []struct{ icount, accel string }{{"yes", "tcg"}, {"2", "tcg"}, {"1", "kvm"}} {
		t.Setenv("ICOUNT", test.icount)
		c := &config{accel: test.accel}
		file := t.TempDir() + "/trace"
		if _, err := c.trace(file, nil); err == nil || !strings.Contains(err.Error(), "ICOUNT") {
			t.Errorf("ICOUNT=%s with %s: %v", test.icount, test.accel, err)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("ICOUNT=%s with %s: the file was made", test.icount, test.accel)
		}
	}
}

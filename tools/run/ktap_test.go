package main

import (
	"strings"
	"testing"
)

func TestKTAP(t *testing.T) {
	for _, test := range []struct {
		name, text              string
		passed, failed, skipped int
		problem                 string // part of the first one, or "" for a complete report
	}{
		{"flat", "KTAP version 1\n1..2\nok 1 a\nok 2 b\n", 2, 0, 0, ""},
		{"noise and carriage returns", "hello\r\nKTAP version 1\r\n1..1\r\nok so far\r\nokay\r\n# note\r\nok 1 a\r\nbye\r\n", 1, 0, 0, ""},
		{"failure", "1..2\nok 1 a\nnot ok 2 b # more\n", 1, 1, 0, ""},
		{"directives", "1..5\nok 1 a # SKIP no KVM\nnot ok 2 b # XFAIL known\nok 3 c # TIMEOUT\nok 4 d # ERROR\nok 5 e # comment\n", 2, 2, 1, ""},
		{"any order", "1..3\nok 3 c\nok 1 a\nok 2 b\n", 3, 0, 0, ""},
		{"plan last", "ok 1 a\nok 2 b\n1..2\n", 2, 0, 0, ""},
		{"nested", "KTAP version 1\n1..2\n  KTAP version 1\n  1..2\n  ok 1 x\n  ok 2 y\nok 1 a\nok 2 b\n", 3, 0, 0, ""},
		{"nested twice", "1..1\n  1..1\n    1..2\n    ok 1 x\n    not ok 2 y\n  not ok 1 in\nnot ok 1 out\n", 1, 1, 0, ""},
		{"sum fails alone", "1..1\n  1..1\n  ok 1 x\nnot ok 1 a\n", 1, 1, 0, ""},
		{"nothing matched", "KTAP version 1\n1..0\n", 0, 0, 0, ""},

		{"nothing", "hello\n", 0, 0, 0, "no test results"},
		{"no plan", "KTAP version 1\nok 1 a\n", 1, 0, 0, "no plan"},
		{"cut short", "1..3\nok 1 a\nok 2 b\n", 2, 0, 0, "2 of 3 tests reported; the last was b"},
		{"too many", "1..1\nok 1 a\nok 2 b\n", 2, 0, 0, "2 of 1"},
		{"twice", "1..2\nok 1 a\nok 1 a\n", 2, 0, 0, "reported twice"},
		{"gap", "1..2\nok 1 a\nok 3 c\n", 2, 0, 0, "no result for test 2"},
		{"two plans", "1..1\nok 1 a\n1..1\n", 1, 0, 0, "second plan"},
		{"nested cut short", "1..1\n  1..2\n  ok 1 x\nok 1 a\n", 1, 0, 0, "a: 1 of 2"},
		{"cut inside", "1..2\nok 1 a\n  1..2\n  ok 1 x\n", 2, 0, 0, "a nested list: 1 of 2"},
		{"bail out", "1..1\nok 1 a\nBail out! no disk\n", 1, 0, 0, "Bail out! no disk"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var k KTAP
			for line := range strings.Lines(test.text) {
				k.Line(strings.TrimRight(line, "\n"))
			}
			problems := k.Finish()
			if p, f, s := k.Counts(); p != test.passed || f != test.failed || s != test.skipped {
				t.Errorf("%d passed, %d failed, %d skipped; want %d, %d, %d", p, f, s, test.passed, test.failed, test.skipped)
			}
			switch {
			case test.problem == "" && len(problems) > 0:
				t.Errorf("problems %q in a complete report", problems)
			case test.problem != "" && (len(problems) == 0 || !strings.Contains(problems[0], test.problem)):
				t.Errorf("problems %q, want one with %q", problems, test.problem)
			}
		})
	}
}

// A nested failure that the outer result hides is a failure all the same.
func TestKTAPHiddenFailure(t *testing.T) {
	var k KTAP
	for _, line := range []string{"1..1", "  1..1", "  not ok 1 x", "ok 1 a"} {
		k.Line(line)
	}
	if k.Finish(); len(k.Failed) != 1 || k.Failed[0] != "x" {
		t.Errorf("Failed = %q, want x", k.Failed)
	}
}

func FuzzKTAP(f *testing.F) {
	f.Add("KTAP version 1\n1..2\n  1..1\n  ok 1 x\nnot ok 1 a # SKIP\nok 2 b\n")
	f.Fuzz(func(t *testing.T, text string) {
		var k KTAP
		for line := range strings.Lines(text) {
			k.Line(strings.TrimRight(line, "\n"))
		}
		problems := k.Finish()
		if passed, failed, skipped := k.Counts(); passed+failed+skipped == 0 && len(problems) == 0 && !strings.Contains(text, "1..0") {
			t.Errorf("an empty report is complete: %q", text)
		}
	})
}

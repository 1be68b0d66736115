package main

import (
	"fmt"
	"strconv"
	"strings"
)

// KTAP reads test results, KTAP version 1 (Linux, Documentation/dev-tools/ktap.rst),
// a line at a time. Lines that are not KTAP are somebody's output and are
// skipped. A nested test indents its lines deeper than the result line which
// sums it up and which follows it.
type KTAP struct {
	levels   []level  // innermost last; levels[0] is the top
	Failed   []string // full names of failed tests
	passed   int
	skipped  int
	problems []string
}

// level is one list of tests: its plan and what came so far.
type level struct {
	indent  int
	plan    int // number of tests announced, or −1
	seen    map[int]bool
	last    string
	failed  bool // a test of this level or below failed
	results int
}

func newLevel(indent int) level { return level{indent: indent, plan: -1, seen: map[int]bool{}} }

// Counts are numbers of tests that have no tests inside them.
func (k *KTAP) Counts() (passed, failed, skipped int) {
	return k.passed, len(k.Failed), k.skipped
}

// Line takes in one line of the console, without its line end.
func (k *KTAP) Line(line string) {
	text := strings.TrimLeft(line, " ")
	indent := len(line) - len(text)
	text = strings.TrimRight(text, " \r")
	switch {
	case isVersion(text):
		k.enter(indent)
	case strings.HasPrefix(text, "1.."):
		n, ok := parsePlan(text)
		if !ok {
			return
		}
		l := k.enter(indent)
		if l.plan >= 0 {
			k.problem("a second plan %q", text)
		}
		l.plan = n
	case strings.HasPrefix(text, "Bail out!"):
		k.problem("%s", text)
	default:
		if r, ok := parseResult(text); ok {
			k.result(indent, r)
		}
	}
}

func isVersion(text string) bool {
	return strings.HasPrefix(text, "KTAP version ") || strings.HasPrefix(text, "TAP version ")
}

func parsePlan(text string) (int, bool) {
	number, _, _ := strings.Cut(strings.TrimPrefix(text, "1.."), " ")
	n, err := strconv.Atoi(number)
	return n, err == nil && n >= 0
}

// enter makes the level of that indentation the innermost one.
func (k *KTAP) enter(indent int) *level {
	if len(k.levels) == 0 {
		k.levels = append(k.levels, newLevel(indent))
	}
	for len(k.levels) > 1 && k.levels[len(k.levels)-1].indent > indent {
		k.leave()
	}
	if top := &k.levels[len(k.levels)-1]; top.indent < indent {
		k.levels = append(k.levels, newLevel(indent))
	}
	return &k.levels[len(k.levels)-1]
}

// leave ends the innermost level without a result that sums it up.
func (k *KTAP) leave() {
	l := k.levels[len(k.levels)-1]
	k.levels = k.levels[:len(k.levels)-1]
	k.checkPlan(&l, "a nested list")
	if l.failed {
		k.levels[len(k.levels)-1].failed = true
	}
}

// result is one "ok" or "not ok" line.
type result struct {
	ok, skip bool
	number   int // 0 if not given
	name     string
}

func parseResult(text string) (r result, isResult bool) {
	rest, notOK := strings.CutPrefix(text, "not ok")
	if !notOK {
		if rest, isResult = strings.CutPrefix(text, "ok"); !isResult {
			return r, false
		}
	}
	r.ok = !notOK
	if rest == "" || rest[0] != ' ' {
		return r, false // "okay, then"
	}
	fields := strings.TrimSpace(rest)
	number, after, _ := strings.Cut(fields, " ")
	n, err := strconv.Atoi(number)
	if err != nil || n <= 0 {
		return r, false // a program that says "ok so far"
	}
	r.number = n
	name, directive, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(after), "- "), "# ")
	r.name = strings.TrimSpace(name)
	word, _, _ := strings.Cut(directive, " ")
	switch strings.ToUpper(word) {
	case "SKIP":
		r.skip = r.ok
	case "XFAIL":
		r.ok = true
	case "TIMEOUT", "ERROR":
		r.ok = false
	}
	return r, true
}

func (k *KTAP) result(indent int, r result) {
	// A deeper level that this result sums up.
	var inner *level
	for len(k.levels) > 1 && k.levels[len(k.levels)-1].indent > indent {
		l := k.levels[len(k.levels)-1]
		k.levels = k.levels[:len(k.levels)-1]
		k.checkPlan(&l, r.name)
		if inner != nil {
			l.failed = l.failed || inner.failed
		}
		inner = &l
	}
	l := k.enter(indent)
	if l.seen[r.number] {
		k.problem("test %d (%s) reported twice", r.number, r.name)
	}
	l.seen[r.number] = true
	l.last = r.name
	if !r.ok || inner != nil && inner.failed {
		l.failed = true
	}
	switch {
	case inner != nil && inner.results > 0:
		if !r.ok && !inner.failed {
			k.Failed = append(k.Failed, r.name)
		}
	case !r.ok:
		k.Failed = append(k.Failed, r.name)
	case r.skip:
		k.skipped++
	default:
		k.passed++
	}
	l.results++
}

// checkPlan notes what the tests of a level owe to their plan.
func (k *KTAP) checkPlan(l *level, name string) {
	switch {
	case l.plan < 0:
		k.problem("%s: no plan (1..N)", name)
	case l.results != l.plan:
		after := ""
		if l.last != "" {
			after = "; the last was " + l.last
		}
		k.problem("%s: %d of %d tests reported%s", name, l.results, l.plan, after)
	default:
		for n := 1; n <= l.plan; n++ {
			if !l.seen[n] {
				k.problem("%s: no result for test %d", name, n)
				return
			}
		}
	}
}

func (k *KTAP) problem(format string, args ...any) {
	k.problems = append(k.problems, fmt.Sprintf(format, args...))
}

// Finish is to be called once, after the last line. It returns what keeps the
// report from being complete.
func (k *KTAP) Finish() (problems []string) {
	if len(k.levels) == 0 {
		return []string{"no test results"}
	}
	for len(k.levels) > 1 {
		k.leave()
	}
	k.checkPlan(&k.levels[0], "tests")
	return k.problems
}

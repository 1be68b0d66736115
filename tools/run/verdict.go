package main

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// What QEMU leaves with when the guest writes a code to the debug-exit port.
const (
	exitPass  = 0x10<<1 | 1
	exitFail  = 0x11<<1 | 1
	exitPanic = 0x12<<1 | 1
)

// judge tells the endings apart that mean the same in every mode. done is true
// if the status is final; else the guest wrote a pass or fail code and the mode
// decides.
func (o *outcome) judge() (status int, why string, done bool) {
	switch {
	case o.timedOut:
		return statusTimeout, "timeout: the guest hung or was too slow; it was killed", true
	case o.interrupted:
		return statusSignal, "stopped", true
	case o.tripleFault:
		return statusPanic, "triple fault", true
	case o.exit < 0:
		return statusUsage, "QEMU died: " + o.how, true
	case o.exit == 1:
		return statusUsage, "QEMU failed", true
	case o.exit == exitPanic:
		return statusPanic, "kernel panic", true
	case o.exit == exitPass || o.exit == exitFail:
		return 0, "", false
	case o.exit == 0:
		return statusPanic, "the guest powered off or reset without a verdict", true
	}
	return statusPanic, fmt.Sprintf("no verdict (QEMU left with %d)", o.exit), true
}

// judgeTests is the verdict on a test run: passing takes the guest's code and a
// complete report without a failure.
func (o *outcome) judgeTests(problems []string, passed, failed int) (status int, why string) {
	if status, why, done := o.judge(); done {
		return status, why
	}
	switch {
	case len(problems) > 0:
		return statusPanic, "incomplete report: " + problems[0]
	case failed > 0:
		return statusFail, ""
	case o.exit != exitPass:
		return statusFail, "the guest says that it failed, though no test did"
	case passed == 0:
		return statusUsage, "no test ran"
	}
	return statusPass, ""
}

// judgeProgram is the verdict on run: the line that the kernel logs, if QEMU
// ended by the guest's doing with the code that goes with it.
func (o *outcome) judgeProgram() (status int, why string) {
	n, found := exitLine(o.log)
	byGuest := !o.timedOut && !o.interrupted && !o.tripleFault && o.exit > 0
	if found && byGuest && (o.exit == exitPass || o.exit == exitFail || o.exit == (n<<1|1)&0xff) {
		return n, ""
	}
	status, why, done := o.judge()
	if !done {
		return statusPanic, "the kernel did not log the program's exit status"
	}
	return status, why
}

var exitPattern = regexp.MustCompile(`(?m)^(?:\[[^\]]*\] *)?gossamer: exit ([0-9]{1,3})\r?$`)

// exitLine finds the last exit status in the kernel's log; a time stamp in
// brackets may stand before it.
func exitLine(log string) (n int, found bool) {
	all := exitPattern.FindAllStringSubmatch(log, -1)
	if len(all) == 0 {
		return 0, false
	}
	n, err := strconv.Atoi(all[len(all)-1][1])
	return n, err == nil && n < 256
}

// judgeShell is the verdict on an interactive run, where power-off is the
// normal end and so is leaving by Ctrl-A X.
func (o *outcome) judgeShell() (status int, why string) {
	if o.exit == 0 && !o.tripleFault && !o.timedOut && !o.interrupted {
		return statusPass, ""
	}
	status, why, done := o.judge()
	if !done && o.exit == exitFail {
		return statusFail, ""
	}
	return status, why
}

// explain prints what a person needs after a bad ending: the reason, QEMU's own
// words, the last console lines unless they have been shown, and the log's end.
func (m *machine) explain(w io.Writer, o *outcome, why string, tail []string) {
	if why != "" {
		if o.timedOut {
			why = fmt.Sprintf("%s after %v", why, m.timeout)
		}
		fmt.Fprintf(w, "# %s\n", why)
	}
	if o.interrupted {
		return // whoever stopped us knows why
	}
	section := func(title string, lines []string) {
		if len(lines) == 0 {
			return
		}
		fmt.Fprintf(w, "# %s:\n", title)
		for _, l := range lines {
			fmt.Fprintf(w, "#   %s\n", l)
		}
	}
	section("QEMU said", lastLines(o.stderr, 20))
	section("last console lines", tail)
	if m.verbose {
		section("the kernel's log", lastLines(o.log, 1<<30))
		return
	}
	// A panic's reason and stack come first, then all other goroutines'.
	if reason := panicLines(o.log, logLines*2/3); reason != nil {
		section("the kernel panicked, all of it is in build/log.txt", reason)
		return
	}
	section("the kernel's log ends, all of it is in build/log.txt", lastLines(o.log, logLines))
}

const logLines = 60 // of the kernel's log, as much as a report shows

var panicPattern = regexp.MustCompile(`(?m)^(?:\[[^\]]*\] *)?(?:panic:|fatal error:|fatal:|unexpected fault|runtime:).*$`)

// panicLines is where the Go runtime begins to say why it gives up: n lines and what the log
// said just before. It is nil if the log is short enough to be shown to its end, or has no panic.
func panicLines(log string, n int) []string {
	at := panicPattern.FindStringIndex(log)
	if at == nil || strings.Count(log[at[0]:], "\n") <= n {
		return nil
	}
	after := lastLines(log[at[0]:], 1<<30)
	return append(lastLines(log[:at[0]], logLines-n), after[:n]...)
}

// colour marks a text on a terminal.
func colour(terminal bool, code, text string) string {
	if !terminal || strings.TrimSpace(text) == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

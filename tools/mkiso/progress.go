package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// progress tells on standard error what is being done.
type progress struct {
	quiet    bool
	terminal bool
	what     string
	since    time.Time
}

func newProgress(quiet bool) *progress {
	info, err := os.Stderr.Stat()
	return &progress{quiet: quiet, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// step begins the next piece of work, which ends the one before.
func (p *progress) step(what string) {
	p.done()
	p.what, p.since = what, time.Now()
	if p.terminal && !p.quiet {
		fmt.Fprintf(os.Stderr, "%s …", what)
	}
}

// done ends the piece of work that is under way.
func (p *progress) done() {
	if p.what == "" {
		return
	}
	if p.terminal && !p.quiet {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
	p.say("%-40s %6.2f s", p.what, time.Since(p.since).Seconds())
	p.what = ""
}

func (p *progress) say(format string, args ...any) {
	if !p.quiet {
		fmt.Fprintf(os.Stderr, format+"\n", args...)
	}
}

const barWidth = 40

// bar draws how much of all is done, in one line.
func bar(done, all int64, elapsed time.Duration) string {
	full := 0
	if all > 0 {
		full = int(done * barWidth / all)
	}
	rate := 0.0
	if s := elapsed.Seconds(); s > 0 {
		rate = mib(done) / s
	}
	return fmt.Sprintf("[%s%s] %3d%%  %.1f of %.1f MiB, %.1f MiB/s", strings.Repeat("#", full), strings.Repeat(".", barWidth-full),
		int(done*100/max(all, 1)), mib(done), mib(all), rate)
}

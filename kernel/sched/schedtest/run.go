package schedtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gossamer/kernel/sched"
)

// Patience is how long a test waits for what must happen; only a hang takes so long.
const Patience = time.Minute

// Running is a thread that a test has started.
type Running struct {
	*sched.Thread
	done chan struct{}
}

// Spawn starts a thread of ordinary priority.
func (m *Machine) Spawn(tb testing.TB, name string, body func(t *sched.Thread)) *Running {
	return m.SpawnAt(tb, sched.PrioUser, name, body)
}

// SpawnAt starts a thread of the priority given.
func (m *Machine) SpawnAt(tb testing.TB, prio sched.Priority, name string, body func(t *sched.Thread)) *Running {
	r := &Running{done: make(chan struct{})}
	r.Thread = sched.NewThread(name, prio, func(t *sched.Thread) {
		defer close(r.done)
		body(t)
	})
	r.Start()
	return r
}

// Run runs each body as a thread, all at once, and returns when all have ended.
func (m *Machine) Run(tb testing.TB, bodies ...func(t *sched.Thread)) {
	tb.Helper()
	var all []*Running
	for i, body := range bodies {
		all = append(all, m.Spawn(tb, fmt.Sprintf("%s/%d", tb.Name(), i), body))
	}
	for _, r := range all {
		r.Wait(tb)
	}
}

// Done is closed when the body has returned.
func (r *Running) Done() <-chan struct{} { return r.done }

// Wait waits until the body has returned.
func (r *Running) Wait(tb testing.TB) {
	tb.Helper()
	select {
	case <-r.done:
	case <-time.After(Patience):
		tb.Fatalf("%s does not end:\n%s", r.Name(), dump())
	}
}

// Await waits until the thread is seen in a state; Blocked is the one that lasts.
func (r *Running) Await(tb testing.TB, want sched.State) {
	tb.Helper()
	for end := time.Now().Add(Patience); r.State() != want; time.Sleep(20 * time.Microsecond) {
		if time.Now().After(end) {
			tb.Fatalf("%s is never %v:\n%s", r.Name(), want, dump())
		}
	}
}

func dump() string {
	var b strings.Builder
	for _, t := range sched.Threads() {
		fmt.Fprintf(&b, "  %d %s: %v\n", t.ID(), t.Name(), t.State())
	}
	return b.String()
}

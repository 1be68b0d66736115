package sched

// State is the execution state of a thread; doc.go draws the transitions.
type State uint32

const (
	New      State = iota // made, not started
	Ready                 // in a run queue
	Running               // a dispatcher has resumed it
	Blocking              // in a wait queue, still on its stack
	Woken                 // woken while Blocking: in no queue, still on its stack
	Blocked               // in a wait queue, off its stack
	Exited                // its body has returned
	Ended                 // and nothing runs on its stack any more
)

var stateNames = [...]string{"new", "ready", "running", "blocking", "woken", "blocked", "exited", "ended"}

func (s State) String() string { return stateNames[s] }

// State is the thread's state, which may have changed by the time the caller looks at it.
func (t *Thread) State() State { return State(t.state.Load()) }

// move makes a transition that nobody else can be making.
func (t *Thread) move(from, to State) {
	if was := State(t.state.Swap(uint32(to))); was != from {
		t.wrong(was, from, to)
	}
}

// wrong is a function of its own so that its callers, on every thread's stack, have small frames.
//
//go:noinline
func (t *Thread) wrong(was, from, to State) {
	panic("sched: " + t.name + ": " + was.String() + " to " + to.String() + ", want " + from.String())
}

// fault ends the machine over a bug of this package.
//
//go:noinline
func (t *Thread) fault(what string) { panic("sched: " + t.name + " " + what) }

// tryMove makes a transition that competes with another one.
func (t *Thread) tryMove(from, to State) bool {
	point()
	return t.state.CompareAndSwap(uint32(from), uint32(to))
}

package tracejson

import (
	"fmt"

	"gossamer/kernel/trace"
)

// States of a thread, and the names of their slices. What blocks in a call is "blocked in CALL".
const (
	running = "running"
	ready   = "ready"
	blocked = "blocked"
)

// thread is a kernel thread and, if it has one, its LWP. Its track shows its states; those within
// a system call lie in the slice of the call.
type thread struct {
	track
	id           uint32
	name         string
	lwp, process int // 0: none

	state   string // what the innermost slice shows; "": none is open
	call    string // the system call's slice that is open; "": none
	channel uint64 // it waits there, or waited last
	woken   bool   // since it began to wait
	arrow   flow   // from who made it ready
	vp      *vp    // that it serves
	idle    bool   // its last call was sa_yield
	gone    bool
}

// label is what others' tracks call the thread.
func (t *thread) label() string {
	name := t.name
	if name == "" {
		name = "thread"
	}
	if t.lwp != 0 {
		return fmt.Sprintf("%s %d", name, t.lwp)
	}
	return fmt.Sprintf("%s (kernel thread %d)", name, t.id)
}

// become changes the state's slice.
func (w *writer) become(t *thread, state string) {
	if t.state == state {
		return
	}
	if t.state != "" {
		w.end(&t.track, nil)
	}
	if t.state = state; state == "" {
		return
	}
	var a args
	if state != running && state != ready {
		a = args{"channel": fmt.Sprintf("%#x", t.channel)}
	}
	w.begin(&t.track, state, a)
}

// enterCall and leaveCall put a call's slice around the states that follow.
func (w *writer) enterCall(t *thread, name string, a args) {
	w.leaveCall(t, nil)
	w.become(t, "")
	w.begin(&t.track, name, a)
	t.call = name
	w.become(t, running)
}

func (w *writer) leaveCall(t *thread, a args) {
	if t.call == "" {
		return
	}
	w.become(t, "")
	w.end(&t.track, a)
	t.call = ""
}

// leave is what becomes of a thread that does not run any more.
func (w *writer) leave(t *thread, why uint64) {
	switch why {
	case trace.Blocked:
		if t.woken {
			w.become(t, ready)
		} else if t.call != "" {
			w.become(t, blocked+" in "+t.call)
		} else {
			w.become(t, blocked)
		}
	case trace.Yielded, trace.SliceEnded:
		w.become(t, ready)
	default: // it ended, or events that tell are lost
		w.close(t)
	}
}

// close ends all slices of a thread.
func (w *writer) close(t *thread) {
	w.leaveCall(t, nil)
	w.become(t, "")
}

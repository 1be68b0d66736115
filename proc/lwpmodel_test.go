package proc_test

import (
	"fmt"
	"syscall"

	"gossamer/ulib/abi"
)

// A reference model of LWPs: what the calls about them ought to do, to up to three LWPs each of
// which either waits for its next order or sleeps in a call. An order is carried out to the point
// where everybody sleeps again; where the kernel may choose whom to serve first, the model
// allows for every choice.

const slots = 3 // LWPs; a number in the model is a slot, and a free slot's number is used again

type modelPhase uint8

const (
	unused modelPhase = iota // never used, or used again
	living
	undead // ended, not waited for
	spent  // slot 0 only: gone for good, for the process keeps its number
)

// What a living LWP sleeps in.
type doing uint8

const (
	idle    doing = iota // for its next order
	parked               // in _lwp_park
	waiting              // in _lwp_wait for modelLWP.target, or any if that is anyLWP
	coming               // nothing: it has suspended itself and is to return 0
)

const anyLWP = slots

type modelLWP struct {
	phase    modelPhase
	detached bool
	held     bool
	token    bool
	signal   bool // pending
	doing    doing
	target   uint8
}

// A model is the state of a process; it is comparable.
type model struct {
	lwps  [slots]modelLWP
	ended bool
}

// noResult is the result of a call that has not returned.
const noResult = int64(1) << 40

// An outcome is what an order does: the state after it, the results of calls that have returned,
// by slot, and which LWPs ran their signal handler. A result that tells of an LWP that has been
// waited for is its slot.
type outcome struct {
	model
	results [slots]int64
	handled [slots]bool
}

type order struct {
	by     uint8
	what   string
	target uint8
}

// creates reports whether an order makes an LWP.
func (o order) creates() bool {
	return o.what == "create" || o.what == "create-suspended" || o.what == "create-detached"
}

func (o order) String() string {
	if o.what == "park" || o.what == "exit" || o.creates() {
		return fmt.Sprintf("%d:%s", o.by, o.what)
	}
	return fmt.Sprintf("%d:%s(%d)", o.by, o.what, o.target)
}

// start is a process of one LWP.
func startModel() model {
	var m model
	m.lwps[0].phase = living
	return m
}

// orders lists what can be ordered in a state.
func (m *model) orders() (list []order) {
	if m.ended {
		return nil
	}
	for by := range uint8(slots) {
		if l := &m.lwps[by]; l.phase != living || l.held || l.doing != idle {
			continue
		}
		if m.freeSlot() < slots {
			for _, what := range []string{"create", "create-suspended", "create-detached"} {
				list = append(list, order{by, what, 0})
			}
		}
		for _, what := range []string{"unpark", "suspend", "continue", "kill", "detach", "wait"} {
			for target := range uint8(slots) {
				if m.lwps[target].phase != unused {
					list = append(list, order{by, what, target})
				}
			}
		}
		list = append(list, order{by, "wait", anyLWP}, order{by, "park", 0}, order{by, "exit", 0})
	}
	return list
}

func (m *model) freeSlot() uint8 {
	for i := uint8(1); i < slots; i++ {
		if m.lwps[i].phase == unused {
			return i
		}
	}
	return slots
}

func fail(e syscall.Errno) int64 { return -int64(e) }

// do returns all that an order may lead to.
func (m *model) do(o order) []outcome {
	var out outcome
	out.model = *m
	for i := range out.results {
		out.results[i] = noResult
	}
	l := &out.lwps[o.by]
	result := int64(0)
	t := &modelLWP{}
	if o.target < slots {
		t = &out.lwps[o.target]
	}
	switch o.what {
	case "unpark", "suspend", "continue", "kill":
		if t.phase == living {
			break
		}
		out.results[o.by] = fail(syscall.ESRCH)
		return []outcome{out}
	}
	switch o.what {
	case "create", "create-suspended", "create-detached":
		n := out.freeSlot()
		out.lwps[n] = modelLWP{phase: living, held: o.what == "create-suspended", detached: o.what == "create-detached"}
	case "park":
		l.doing, result = parked, noResult
		if l.token {
			l.token, l.doing, result = false, idle, fail(syscall.EALREADY)
		}
	case "unpark":
		if t.doing == parked && !t.held {
			t.doing = idle
			out.results[o.target] = 0
		} else {
			t.token = true
		}
	case "suspend":
		switch {
		case t.held:
		case t != l:
			t.held = true
		case out.awake() == 1:
			result = fail(syscall.EDEADLK)
		default:
			l.held, l.doing, result = true, coming, noResult
		}
	case "continue":
		out.results[o.by] = 0
		if t.held {
			t.held = false
			return out.resume(o.target)
		}
	case "kill":
		if t.signal = true; !t.held {
			out.handle(o.target)
		}
	case "detach":
		switch {
		case t.phase != living && t.phase != undead:
			result = fail(syscall.ESRCH)
		case t.detached:
			result = fail(syscall.EINVAL)
		case t.phase == undead:
			out.bury(o.target)
		default:
			t.detached = true
		}
	case "wait":
		l.doing, l.target = waiting, o.target
		return out.enterWait(o.by)
	case "exit":
		result = noResult
		out.exit(o.by)
	}
	if result != noResult {
		out.results[o.by] = result
	}
	return out.settle(nil)
}

// awake counts the living that are not suspended.
func (m *model) awake() (n int) {
	for _, l := range m.lwps {
		if l.phase == living && !l.held {
			n++
		}
	}
	return n
}

// resume lets an LWP that was suspended go on: signals first, then what it was in.
func (o *outcome) resume(i uint8) []outcome {
	l := &o.lwps[i]
	if l.doing == coming {
		l.doing = idle
		o.results[i] = 0
	}
	switch {
	case l.signal:
		o.handle(i)
	case l.doing == parked && l.token:
		l.token, l.doing = false, idle
		o.results[i] = fail(syscall.EALREADY)
	case l.doing == waiting:
		return o.enterWait(i)
	}
	return o.settle(nil)
}

// handle has an LWP run its handler, which ends what it sleeps in.
func (o *outcome) handle(i uint8) {
	l := &o.lwps[i]
	l.signal, o.handled[i] = false, true
	if l.doing == parked || l.doing == waiting {
		l.doing, l.target = idle, 0
		o.results[i] = fail(syscall.EINTR)
	}
}

// enterWait is LWP i's coming to _lwp_wait: it may not have to wait.
func (o outcome) enterWait(i uint8) (all []outcome) {
	l := &o.lwps[i]
	if l.target != anyLWP {
		t := &o.lwps[l.target]
		mutual := l.target == i || o.waits(int(l.target)) && t.target == i
		if t.phase == living && !t.detached && mutual {
			l.doing, l.target = idle, 0
			o.results[i] = fail(syscall.EDEADLK)
			return o.settle(nil)
		}
	}
	over := o.waitOver(i)
	if len(over) == 0 {
		return o.settle(nil)
	}
	for _, n := range over {
		all = n.settle(all)
	}
	return all
}

// waitOver returns how the wait of LWP i may end; nothing if it must go on.
func (o outcome) waitOver(i uint8) (all []outcome) {
	l := &o.lwps[i]
	end := func(result int64, taken uint8) {
		n := o
		if taken < slots {
			n.bury(taken)
		}
		n.results[i] = result
		n.lwps[i].doing, n.lwps[i].target = idle, 0
		all = append(all, n)
	}
	if l.target != anyLWP {
		switch t := &o.lwps[l.target]; {
		case t.phase == unused || t.phase == spent:
			end(fail(syscall.ESRCH), slots)
		case t.detached:
			end(fail(syscall.EINVAL), slots)
		case t.phase == undead:
			end(int64(l.target), l.target)
		case o.allWait():
			end(fail(syscall.EDEADLK), slots)
		}
		return all
	}
	waitable := 0
	for n := range uint8(slots) {
		if t := &o.lwps[n]; n != i && !t.detached && (t.phase == living || t.phase == undead) {
			waitable++
			if t.phase == undead && !o.waitedFor(n) {
				end(int64(n), n)
			}
		}
	}
	switch {
	case len(all) > 0:
	case waitable == 0:
		end(fail(syscall.ESRCH), slots)
	case o.allWait():
		end(fail(syscall.EDEADLK), slots)
	}
	return all
}

// waits reports whether LWP i is in _lwp_wait; one that is suspended is not.
func (m *model) waits(i int) bool {
	l := &m.lwps[i]
	return l.phase == living && !l.held && l.doing == waiting
}

func (m *model) waitedFor(n uint8) bool {
	for i := range m.lwps {
		if m.waits(i) && m.lwps[i].target == n {
			return true
		}
	}
	return false
}

// allWait reports whether all LWPs that there are, zombies too, are in _lwp_wait.
func (m *model) allWait() bool {
	for i, l := range m.lwps {
		if l.phase == undead || l.phase == living && !m.waits(i) {
			return false
		}
	}
	return true
}

// bury has a zombie vanish. Who else waits for it must know before its slot is used again.
func (m *model) bury(n uint8) {
	m.lwps[n] = modelLWP{}
	if n == 0 {
		m.lwps[0].phase = spent
	}
}

func (o *outcome) exit(i uint8) {
	l := &o.lwps[i]
	detached := l.detached
	*l = modelLWP{phase: undead}
	if detached {
		o.bury(i)
	}
	for _, l := range o.lwps {
		if l.phase == living {
			return
		}
	}
	o.ended = true
}

// settle ends the waits that must end, in every order, and returns all that comes of it.
func (o outcome) settle(all []outcome) []outcome {
	quiet := true
	if !o.ended {
		for i := range o.lwps {
			if !o.waits(i) {
				continue
			}
			for _, n := range o.waitOver(uint8(i)) {
				quiet = false
				all = n.settle(all)
			}
		}
	}
	if !quiet {
		return all
	}
	for _, known := range all {
		if known == o {
			return all
		}
	}
	return append(all, o)
}

// state is the abi's word for a slot, 0 if _lwp_info does not know it.
func (m *model) state(i int) uint8 {
	l := &m.lwps[i]
	switch {
	case l.phase == undead:
		return abi.StateZombie
	case l.phase != living:
		return 0
	case l.held:
		return abi.StateSuspended
	}
	return abi.StateSleeping
}

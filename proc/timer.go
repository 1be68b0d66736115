package proc

import (
	"math"
	"syscall"

	"gossamer/kernel/timer"
	"gossamer/lwp"
)

// A Timer is an interval timer that sends signals: timer_create(2)'s and the one of setitimer(2).
// From the time when it sends its signal until that is taken it sleeps, so that at most one is
// pending and who does not take them costs nothing; how often it has expired meanwhile is the
// signal's overrun.
type Timer struct {
	p     *Process
	info  Siginfo // what it sends; Signal 0: nothing, SIGEV_NONE
	only  *LWP    // to this LWP, if not nil: SIGEV_THREAD_ID
	Clock int     // what timer_create was told

	// Guarded by p.mu.
	set     timer.Interval
	alarm   timer.Timer
	queued  bool   // its signal is pending
	gone    bool   // deleted
	overrun uint64 // of the signal that is pending
	last    uint64 // of the one taken last
}

const (
	maxTimers = 1024 // of a process, beside that of setitimer(2)

	// restTime is what a timer of which the signals are ignored sleeps at least, in ns.
	restTime = 1e6
)

// Ring implements timer.Ringer: it sends the signal if the time has come.
func (t *Timer) Ring() {
	p, s := t.p, t.p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	p.mu.Lock()
	cont := t.expire()
	p.mu.Unlock()
	if cont {
		p.notifyParent(continuedStatus)
	}
}

// expire does so; true if the signal has continued the process. s.mu and p.mu are held.
func (t *Timer) expire() (cont bool) {
	if t.gone || t.queued || t.p.dying {
		return false
	}
	now := t.p.sys.Now()
	n := t.set.Expire(now)
	switch {
	case n == 0:
		t.alarm.Set(t.set.Next) // it was changed meanwhile
		return false
	case t.only != nil && t.only.phase.Load() != alive:
		t.set = timer.Interval{}
		return false
	}
	t.queued, t.overrun = true, n-1
	kept, cont := t.p.deliver(&t.info, t.only)
	if !kept {
		t.dropped()
	}
	return cont
}

// taken is what a program's taking the signal means: info gets the overrun, and the timer goes
// on. p.mu is held.
func (t *Timer) taken(info *Siginfo) {
	t.queued = false
	t.last = t.overrun + t.set.Expire(t.p.sys.Now())
	info.Overrun = overrunLimit(t.last)
	if !t.gone {
		t.alarm.Set(t.set.Next)
	}
}

// dropped is what happens instead to a signal that nobody will take. p.mu is held.
func (t *Timer) dropped() {
	t.queued = false
	if !t.gone && t.set.Next != 0 {
		t.alarm.Set(max(t.set.Next, t.p.sys.Now()+restTime))
	}
}

// overrunLimit is DELAYTIMER_MAX's doing.
func overrunLimit(n uint64) int32 { return int32(min(n, math.MaxInt32)) }

// change sets the timer and returns what was left of the old setting. p.mu is held.
func (t *Timer) change(v timer.Interval) (left, every int64) {
	left, every = t.set.Left(t.p.sys.Now()), t.set.Every
	t.set, t.last = v, 0
	if t.info.Signal != 0 && !t.queued {
		t.alarm.Set(v.Next)
	}
	return left, every
}

// delete stops the timer for good. p.mu is held.
func (t *Timer) delete() {
	t.gone = true
	t.alarm.Set(0)
}

// deleteTimers deletes the timers of timer_create, as execve does. p.mu is held.
func (p *Process) deleteTimers() {
	for _, t := range p.timers {
		t.delete()
	}
	p.timers = nil
}

// stopTimers deletes all timers, at the end of the process. p.mu is held.
func (p *Process) stopTimers() {
	p.deleteTimers()
	if p.alarm != nil {
		p.alarm.delete()
	}
}

// NewTimer makes a timer that sends info, to the LWP only if that is not 0: timer_create(2). If
// info.Signal is 0 it sends nothing. If ownValue, the signal's value is the timer's number.
//
// Errors: EINVAL, no such LWP in the process; EAGAIN, too many.
func (p *Process) NewTimer(clock int, info Siginfo, only lwp.ID, ownValue bool) (int, syscall.Errno) {
	var to *LWP
	p.mu.Lock()
	defer p.mu.Unlock()
	if only != 0 {
		if to = p.find(only); to == nil {
			return 0, syscall.EINVAL
		}
		to.kept = true
	}
	if len(p.timers) >= maxTimers || p.dying {
		return 0, syscall.EAGAIN
	}
	id := p.lastTimer
	for p.timers[id] != nil {
		id = (id + 1) & math.MaxInt32
	}
	p.lastTimer = (id + 1) & math.MaxInt32
	t := &Timer{p: p, info: info, only: to, Clock: clock}
	t.info.Code, t.info.PID, t.info.Timer = SiTimer, PID(id), t
	if ownValue {
		t.info.Value = uint64(id)
	}
	t.alarm.Init(&p.sys.Timers, t)
	if p.timers == nil {
		p.timers = make(map[int]*Timer)
	}
	p.timers[id] = t
	return id, 0
}

// onTimer calls f for a timer with p.mu held. EINVAL: there is none.
func (p *Process) onTimer(id int, f func(*Timer)) syscall.Errno {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.timers[id]
	if t == nil {
		return syscall.EINVAL
	}
	f(t)
	return 0
}

// TimerClock returns a timer's clock. EINVAL.
func (p *Process) TimerClock(id int) (clock int, errno syscall.Errno) {
	errno = p.onTimer(id, func(t *Timer) { clock = t.Clock })
	return
}

// SetTimer sets a timer and returns what was left until its next expiration and its interval, in
// ns: timer_settime(2). EINVAL.
func (p *Process) SetTimer(id int, v timer.Interval) (left, every int64, errno syscall.Errno) {
	errno = p.onTimer(id, func(t *Timer) { left, every = t.change(v) })
	return
}

// TimerLeft returns the same without a change: timer_gettime(2). EINVAL.
func (p *Process) TimerLeft(id int) (left, every int64, errno syscall.Errno) {
	errno = p.onTimer(id, func(t *Timer) { left, every = t.left() })
	return
}

func (t *Timer) left() (left, every int64) {
	if t.info.Signal == 0 && t.set.Every == 0 {
		t.set.Expire(t.p.sys.Now()) // nobody else looks whether it has
	}
	return t.set.Left(t.p.sys.Now()), t.set.Every
}

// TimerOverrun returns the overrun of the timer's last signal: timer_getoverrun(2). EINVAL.
func (p *Process) TimerOverrun(id int) (n int32, errno syscall.Errno) {
	errno = p.onTimer(id, func(t *Timer) { n = overrunLimit(t.last) })
	return
}

// DeleteTimer deletes a timer: timer_delete(2). A signal that is pending stays so. EINVAL.
func (p *Process) DeleteTimer(id int) syscall.Errno {
	return p.onTimer(id, func(t *Timer) {
		t.delete()
		delete(p.timers, id)
	})
}

// SetAlarm sets the timer that sends SIGALRM: setitimer(2), alarm(2). It returns what was left.
func (p *Process) SetAlarm(v timer.Interval) (left, every int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dying {
		return 0, 0
	}
	if p.alarm == nil {
		t := &Timer{p: p, info: Siginfo{Signal: int(syscall.SIGALRM), Code: SiKernel}}
		t.info.Timer = t
		t.alarm.Init(&p.sys.Timers, t)
		p.alarm = t
	}
	return p.alarm.change(v)
}

// AlarmLeft returns what is left: getitimer(2).
func (p *Process) AlarmLeft() (left, every int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.alarm == nil {
		return 0, 0
	}
	return p.alarm.left()
}

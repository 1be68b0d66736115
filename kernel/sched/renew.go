package sched

// Ended says that t's body has returned and nothing runs on its stack any more.
func (t *Thread) Ended() bool { return t.State() == Ended }

// Renew makes a thread that has Ended a new one, as Init has, with the owner's data and the body that
// it had. SetTag and Inherit are to follow. Somebody who holds on to it from its last life can do no
// harm: he may have it yield once for nothing, and that is all.
func (t *Thread) Renew(name string) {
	t.move(Ended, New)
	t.id, t.name = int(t.s.lastID.Add(1)), name
	t.interrupted.Store(false)
	t.shouldYield.Store(false)
	t.starved, t.urgent, t.preempted, t.yielded, t.graced = false, false, false, false, false
	t.relentIf, t.rest = nil, 0
	t.cpu.Store(0)
	t.ticks.Store(0)
	t.voluntary.Store(0)
	t.involuntary.Store(0)
	t.onBlock = nil
}

// SetTag says which life of the thread's this is, for UnparkTagged; it takes back an Unpark of
// before. It comes before the thread is started.
func (t *Thread) SetTag(tag int32) {
	t.parking.mu.Lock()
	t.tag, t.token = tag, false
	t.parking.mu.Unlock()
}

// UnparkTagged is Unpark if t has that tag still: it is for those who have found t by a name that may
// have become another's meanwhile.
func (t *Thread) UnparkTagged(tag int32) {
	if t.unpark(tag) {
		t.s.wake(t)
	}
}

package sched

// An urgent thread borrows the CPU from the one that gives way to it: that waits in no queue, and gets
// the CPU back at once when the urgent one has done what it was urgent for (Rest), unless somebody as
// urgent waits. When it blocks before, or is urgent no more, the lender is queued like any thread.
//
//	giveWay: t lends to next          Running → Ready, in next.lender
//	Rest                              the lender runs next, or is queued
//	a wait (OnBlock), SetUrgent, end  the lender is queued

// lendTo has t, which is about to switch to next, wait for it in no queue, if that is for a short time.
func (t *Thread) lendTo(next *Thread) {
	if next.urgent && next.lender == nil && next.onBlock != nil && t.bound.Load() == 0 {
		next.lender, t.lent = t, true
	}
}

// giveBack queues whom t has the CPU from.
func (t *Thread) giveBack() {
	if l := t.lender; l != nil {
		t.lender = nil
		t.s.ready(l)
	}
}

// Rest is SetUrgent(false), then Park, of which OnBlock is not told.
func (t *Thread) Rest(deadline int64) error {
	if t.urgent {
		t.urgent = false
		t.urge()
	}
	f, heir := t.onBlock, t.lender
	t.onBlock, t.lender = nil, nil
	err := t.park(deadline, heir)
	t.onBlock = f
	return err
}

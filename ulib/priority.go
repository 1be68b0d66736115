package ulib

// setPriority gives t, which is in no queue, a priority.
func (t *thread) setPriority(p uint8) {
	t.prio = p
	t.special &^= specialPriority
	if p != DefaultPriority {
		t.special |= specialPriority
	}
}

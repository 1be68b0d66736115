package ulib

// Mistakes about who has which slot.

var slotSeeds = []seed{
	{"nobody is evicted", "compute", "ulib/slot.go",
		"	sp := uintptr(", "	if WRONG {\n		return false\n	}\n	sp := uintptr(", 0},
	{"a thread is evicted whose slot the kernel has", "compute and block", "ulib/slot.go",
		"&specialSlot == 0 ||", "&specialSlot == 0 && !WRONG ||", 0},
	{"registers of an evicted thread stay in the slot", "compute", "ulib/slot.go",
		"	unload(", "	if !WRONG {\n		unload(t.sp, slotAt(s))\n	}\n	unload := func(uintptr, *sa.Slot) {}\n	unload(", 0},
	{"who is evicted keeps the slot, too", "compute", "ulib/slot.go",
		"	t.slot1 = 0\n", "	if !WRONG {\n		t.slot1 = 0\n	}\n", 0},
	{"the slot stays that of who is evicted", "compute", "ulib/slot.go",
		"	put(&act.owner[s], nil)\n", "	if !WRONG {\n		put(&act.owner[s], nil)\n	}\n", 0},
	{"which slot a thread is in is asked before the lock is held", "2 VPs: compute", "ulib/activation.go",
		"	act.lock.acquire(v)\n	s := t.slot1 - 1\n", "	s := t.slot1 - 1\n	act.lock.acquire(v)\n	if !WRONG {\n		s = t.slot1 - 1\n	}\n", 1},
	{"an evicted thread is resumed from a slot that it is not in", "compute", "ulib/slot.go",
		"	load(slotAt(v.mine), t.sp)\n", "	if !WRONG {\n		load(slotAt(v.mine), t.sp)\n	}\n", 0},
	{"an evicted thread need not look any more", "compute, killed", "ulib/slot.go",
		"	return v.mine\n}", "	if WRONG {\n		atomic.AndUint32(&t.cancel, ^uint32(sigDue))\n	}\n	return v.mine\n}", 0},
	{"who finds no slot is forgotten", "strays", "ulib/slot.go",
		"	v.queue.pushFront(t)\n", "	if !WRONG {\n		v.queue.pushFront(t)\n	}\n", 0},
	{"who finds no slot has nobody run who has one", "strays", "ulib/slot.go",
		"	put(&v.handoff, v.slotted())\n", "	if !WRONG {\n		put(&v.handoff, v.slotted())\n	}\n", 0},
}

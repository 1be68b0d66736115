package ulib

import "slices"

// Mistakes, of which the scenes under activations have to find each: what stands in the code, and what
// would be wrong in its place. A build with all of them chooses by number.

type seed struct {
	what     string
	scene    string // that finds it
	file     string
	old, new string // new may use WRONG, which is true if this mistake is made
	more     int    // preemptions that it takes, beyond the scene's
}

// allSeeds are these, and those of the files seed*_test.go.
func allSeeds() []seed { return slices.Concat(seeds, slotSeeds, signalSeeds, endSeeds, fineSeeds) }

var seeds = []seed{
	{"the ready list is never taken", "blocks", "ulib/activation.go",
		"if atomic.LoadUint32(&act.process.Ready) == 0 {", "if WRONG || atomic.LoadUint32(&act.process.Ready) == 0 {", 0},
	{"a thread that blocks is taken for ready", "blocks", "ulib/activation.go",
		"	t := v.lostThread(v.tookG)\n	act.lock.release()\n", "	t := v.lostThread(v.tookG)\n	act.lock.release()\n	if WRONG && t != nil {\n		v.enqueue(t)\n	}\n", 0},
	{"a section's end does not look", "urgent", "ulib/explore_test.go",
		"	if v.pending != 0 {\n		look()", "	if v.pending != 0 && !WRONG {\n		look()", 0},
	{"which VP it is is asked before upcalls are off", "2 VPs: yield", "ulib/explore_test.go",
		"	v := ex.cur.v\n	v.disabled = 1\n", "	v := ex.cur.v\n	if WRONG && ex.k != nil {\n		ex.pass()\n	}\n	v.disabled = 1\n", 0},
	{"sa_yield is told of a post that was not looked at", "blocks", "ulib/activation.go",
		"kernel2(sa.SysYield, uintptr(seen)", "if WRONG {\n			point()\n			seen = atomic.LoadUint32(&act.process.Posts)\n		}\n		kernel2(sa.SysYield, uintptr(seen)", 0},
	{"a VP idles without saying so", "2 VPs: idle", "ulib/activation.go",
		"	atomic.OrUint64(&idleVPs, mine)\n", "	if !WRONG {\n		atomic.OrUint64(&idleVPs, mine)\n	}\n", 0},
	{"a VP that is woken stays marked as on its way", "2 VPs: idle", "ulib/activation.go",
		"	atomic.StoreUint32(&act.waking, 0)", "	if !WRONG {\n		atomic.StoreUint32(&act.waking, 0)\n	}", 0},
	{"who finds a thread and goes on with his own tells no idle VP", "2 VPs: beside", "ulib/activation.go",
		"	if atomic.LoadUint64(&idleVPs) != 0 && v.anyWork() {", "	if !WRONG && atomic.LoadUint64(&idleVPs) != 0 && v.anyWork() {", 1},
	{"a slot is not given back", "blocks", "ulib/activation.go",
		"	} else if v.mine != slotless {\n", "	} else if v.mine != slotless && !WRONG {\n", 0},
	{"the kernel is not told the slot", "blocks", "ulib/slot.go",
		"v.mine, v.slot = s, s", "v.mine, v.slot = s, s\n	if WRONG {\n		v.slot = 0\n	}\n", 0},
	{"whose a slot is is not noted", "blocks", "ulib/activation.go",
		"	put(&act.owner[v.mine], t)\n", "	if !WRONG {\n		put(&act.owner[v.mine], t)\n	}\n", 0},
	{"a thread in a slot is switched to", "two block", "ulib/vp.go",
		"if s&specialSlot != 0 {", "if s&specialSlot != 0 && !WRONG {", 0},
	{"a cancelled thread sleeps on", "cancel in a call", "ulib/activation.go",
		"case why == sa.Blocked &&", "case !WRONG && why == sa.Blocked &&", 0},
	{"a thread on its way into a call is not told to stay awake", "2 VPs: cancel in a call, no slot", "ulib/io.go",
		"				vps[i].stayAwake()", "				if !WRONG {\n					vps[i].stayAwake()\n				}", 0},
	{"nor one that the kernel has taken off on that way", "2 VPs: cancel in a call, no slot", "ulib/activation.go",
		"	if t.toLook() && atomic.LoadUint32(&t.inCall) != 0 {", "	if !WRONG && t.toLook() && atomic.LoadUint32(&t.inCall) != 0 {", 0},
	{"the scheduler goes on where it was", "blocks", "ulib/activation.go",
		"	v.restart()\n	resumeSlot", "	if !WRONG {\n		v.restart()\n	}\n	resumeSlot", 0},
	{"a slot is named after upcalls are on", "yield", "ulib/activation.go",
		"	v.name(s)\n	put(&v.cur, t)\n	t.slot1 = 0\n", "	v.name(s)\n	if WRONG {\n		v.disabled = 0\n		point()\n		v.disabled = 1\n	}\n	put(&v.cur, t)\n	t.slot1 = 0\n", 0},
	{"a thread is run and stays in the queue", "2 VPs: semaphore", "ulib/vp.go",
		"	v.queue.lock.acquire(v)\n	t := swap(&v.lifo, nil)\n	if t == nil {\n		t = v.queue.pop()\n	}\n	v.queue.lock.release()\n",
		"	v.queue.lock.acquire(v)\n	t := swap(&v.lifo, nil)\n	if t == nil {\n		t = v.queue.pop()\n		if WRONG && t != nil {\n			v.queue.push(t)\n		}\n	}\n	v.queue.lock.release()\n", 0},
	{"fork leaves the run queue to others", "2 VPs: fork", "ulib/fork.go",
		"	v.queue.lock.acquire(v)\n}", "	if !WRONG {\n		v.queue.lock.acquire(v)\n	}\n}", 0},

	{"the end of a call is told twice", "blocks", "lwp/sa/block.go",
		"		p.post(slot, abi.Unblocked, nil)\n	}\n	if p.", "		p.post(slot, abi.Unblocked, nil)\n	}\n	if WRONG {\n		p.post(slot, abi.Unblocked, nil)\n	}\n	if p.", 0},
	{"an LWP that is relieved of its VP serves it on", "two block", "lwp/sa/block.go",
		"		v.lwp, v.due = int32(l), 0\n", "		if !WRONG {\n			v.lwp, v.due = int32(l), 0\n		}\n", 0},
	{"what becomes ulib's is not pushed", "blocks", "lwp/sa/post.go",
		"	p.push(slot, reason)\n", "	if !WRONG {\n		p.push(slot, reason)\n	}\n", 0},
	{"a closed VP is upcalled", "yield", "lwp/sa/area.go",
		"return slot, disabled == 0 &&", "return slot, (WRONG || disabled == 0) &&", 0},
	{"a thread is taken off and not told of", "taken", "lwp/sa/turn.go",
		"	p.post(slot, abi.Preempted, nil)\n", "	if !WRONG {\n		p.post(slot, abi.Preempted, nil)\n	}\n", 0},
	{"sa_yield compares nothing", "blocks", "lwp/sa/call.go",
		"case p.posts != seen:", "case p.posts != seen && !WRONG:", 0},
	{"an LWP whose VP has a processor sleeps on", "taken", "lwp/sa/turn.go",
		"		if v != self {\n", "		if v != self && !WRONG {\n", 0},
	{"a plain block is never converted", "two block, one slot", "lwp/sa/block.go",
		"		if v == nil {\n			break", "		if v == nil || WRONG {\n			break", 0},
	{"a VP above the quota runs on", "taken", "lwp/sa/edge.go",
		"	asked := p.in[Run] > p.limit()", "	asked := !WRONG && p.in[Run] > p.limit()", 0},
	{"a thread that is to stay awake sleeps for want of a slot", "2 VPs: cancel in a call, no slot", "lwp/sa/block.go",
		"		if atomic.LoadUint32(&v.page.Awake) == slot+1 {", "		if atomic.LoadUint32(&v.page.Awake) == slot+1 && !WRONG {", 0},
	{"a slot whose thread is in the kernel may be used", "two block", "lwp/sa/block.go",
		"	p.held[slot] = v.lwp\n", "	if !WRONG {\n		p.held[slot] = v.lwp\n	}\n", 0},
}

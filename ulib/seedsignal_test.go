package ulib

// Mistakes about signals.

var signalSeeds = []seed{
	{"sa_yield does not ask for signals", "signal, idle", "lwp/sa/call.go",
		"	case p.signals.Load()&^", "	case !WRONG && p.signals.Load()&^", 0},
	{"a signal comes and nobody is told", "signal", "lwp/sa/signal.go",
		"			v.look.Store(1)\n			p.host(v).Kick()\n			return", "			if !WRONG {\n				v.look.Store(1)\n				p.host(v).Kick()\n			}\n			return", 0},
	{"a VP that idles is not told of signals", "signal, idle", "lwp/sa/signal.go",
		"	started := p.wakeIdle()", "	started := !WRONG && p.wakeIdle()", 0},
	{"no VP is upcalled for a signal", "signal", "lwp/sa/edge.go",
		"	signal := p.signals.Load()&^", "	signal := !WRONG && p.signals.Load()&^", 0},

	{"a thread that faults is forgotten", "a fault", "ulib/activation.go",
		"		atomic.OrUint32(&t.special, specialSlot)\n		v.enqueue(t)\n	}\n	if reporting", "		atomic.OrUint32(&t.special, specialSlot)\n		if !WRONG {\n			v.enqueue(t)\n		}\n	}\n	if reporting", 0},
	{"a signal does not end a call", "kill who is in a call", "ulib/sigqueue.go",
		"		t.interruptCall(v)\n", "		if !WRONG {\n			t.interruptCall(v)\n		}\n", 0},
	{"a signal does not stop who runs", "2 VPs: kill who computes", "ulib/sigqueue.go",
		"		v.nudge(t)\n", "		if !WRONG {\n			v.nudge(t)\n		}\n", 0},
	{"who goes on from a slot does not look first", "kill who computes", "ulib/activation.go",
		"	v.lookFirst(t)\n", "	if !WRONG {\n		v.lookFirst(t)\n	}\n", 0},
	{"who blocks after it was sent a signal sleeps on", "2 VPs: kill who is in a call", "ulib/cancel.go",
		"t.toDie() || atomic.LoadUint32", "t.toDie() || !WRONG && atomic.LoadUint32", 1},
	{"what a thread does not block any more it does not take", "signals masked", "ulib/signal.go",
		"	if (sigs.pending|t.sigs)&old&^set != 0 {", "	if (sigs.pending|t.sigs)&old&^set != 0 && !WRONG {", 0},
	{"an LWP that has caught a signal catches no more", "M:N: signals masked", "ulib/sigcollect.go",
		"	setLWPMask(mask)\n", "	if !WRONG {\n		setLWPMask(mask)\n	}\n", 0},
	{"a second real-time signal is lost", "M:N: signals queued", "ulib/sigcollect.go",
		"	if atomic.LoadUint32(&sigs.held) == 0 {", "	if WRONG || atomic.LoadUint32(&sigs.held) == 0 {", 0},
	{"a signal in a section is not looked for at its end", "M:N: signal", "ulib/sigcollect.go",
		"	atomic.StoreUint32(&v.pending, 1)\n	if v.cur", "	if !WRONG {\n		atomic.StoreUint32(&v.pending, 1)\n	}\n	if v.cur", 0},
	{"a signal does not wake a VP that sleeps", "M:N: signal, idle", "ulib/sigcollect.go",
		"v.lid != 0 && atomic.SwapUint32(&v.token, 1) == 0", "v.lid != 0 && !WRONG && atomic.SwapUint32(&v.token, 1) == 0", 0},
}

package ulib

// Mistakes about fork, VPs that come and go, LWPs beside them, and deadlines.

var endSeeds = []seed{
	{"who is handed a processor sleeps on", "2 VPs: gives way", "lwp/sa/call.go",
		"	p.host(t).Unpark()\n	return 0", "	if !WRONG {\n		p.host(t).Unpark()\n	}\n	return 0", 0},
	{"more VPs are wanted and none starts", "2 VPs: concurrency", "lwp/sa/call.go",
		"	if p.conc > was {", "	if p.conc > was && !WRONG {", 0},

	{"the child has its parent's threads", "forks", "ulib/fork.go",
		"	for v.queue.pop() != nil {\n	}\n	v.queue.look = 0", "	for !WRONG && v.queue.pop() != nil {\n	}\n	v.queue.look = 0", 0},
	{"a thread with an LWP of its own is not woken", "bound", "ulib/vp.go",
		"		t.home.unpark()\n", "		if !WRONG {\n			t.home.unpark()\n		}\n", 0},
	{"who puts back a thread that he has taken tells nobody", "M:N: cancelled beside one who is ready", "ulib/sem.go",
		"	enter().readied(nil)\n", "	if v := enter(); !WRONG {\n		v.readied(nil)\n	}\n", 0},
	{"nor who queues it", "M:N: urgent beside one who is ready", "ulib/vp.go",
		"	if q.mask == 0 {\n		return\n", "	if WRONG || q.mask == 0 {\n		return\n", 0},
	{"who idles does not say until when", "sleep", "ulib/activation.go",
		"		if deadline == noDeadline {", "		if WRONG || deadline == noDeadline {", 0},
}

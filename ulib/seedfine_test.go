package ulib

// Mistakes that are none if the kernel's steps are whole.

var fineSeeds = []seed{
	{"a VP is kicked before it can see why", "2 VPs, fine: kill who computes", "lwp/sa/call.go",
		"		v.look.Store(1)\n		p.host(v).Kick()\n	} else {",
		"		if WRONG {\n			p.host(v).Kick()\n			point()\n		}\n		v.look.Store(1)\n		if !WRONG {\n			p.host(v).Kick()\n		}\n	} else {", 1},
}

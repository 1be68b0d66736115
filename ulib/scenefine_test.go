//go:build explore

package ulib

// The kernel's steps taken apart: what its quick test on the way to user mode misses, whoever posts,
// kicks, or tells closed VPs meanwhile sees to.

var fineScenes = []scene{
	{"fine: blocks", 0, 2, sceneBlocks, &activationScene{vps: 1, slots: 1, fine: true}},
	{"fine: two block, one slot", 0, 1, sceneBlockBoth, &activationScene{vps: 1, slots: 1, fine: true}},
	{"fine: signal", 0, 2, sceneSignal, &activationScene{vps: 1, slots: 1, fine: true, quiet: true, signals: []int{low}}},
	{"fine: signal, idle", 0, 2, sceneIdles, &activationScene{vps: 1, slots: 1, fine: true, quiet: true, signals: []int{low}}},
	{"fine: urgent", 0, 2, sceneUrgent, &activationScene{vps: 1, slots: 1, fine: true, quiet: true}},
	{"2 VPs, fine: blocks", 0, 1, sceneBlocks, &activationScene{vps: 2, slots: 1, fine: true}},
	{"2 VPs, fine: semaphore", 0, 1, sceneSemaphore, &activationScene{vps: 2, slots: 1, fine: true}},
	{"2 VPs, fine: two block, one slot", 0, 1, sceneBlockBoth, &activationScene{vps: 2, slots: 1, fine: true}},
	{"2 VPs, fine: beside", 0, 2, sceneBeside, &activationScene{vps: 2, slots: 1, fine: true, quiet: true}},
	{"2 VPs, fine: idle", 0, 2, sceneIdle, &activationScene{vps: 2, slots: 1, fine: true, quiet: true}},
	{"2 VPs, fine: signal", 0, 1, sceneSignal, &activationScene{vps: 2, slots: 1, fine: true, quiet: true, signals: []int{low}}},
	{"2 VPs, fine: signal, idle", 0, 1, sceneIdles, &activationScene{vps: 2, slots: 1, fine: true, quiet: true, signals: []int{low}}},
	{"2 VPs, fine: kill who computes", 0, 1, sceneKillComputes, &activationScene{vps: 2, slots: 1, fine: true, quiet: true}},
	{"2 VPs, fine: kill who comes back", 0, 1, sceneKillReturns, &activationScene{vps: 2, slots: 1, fine: true, quiet: true}},
	{"2 VPs, fine: saved", 0, 1, sceneSaved, &activationScene{vps: 2, slots: 1, cpus: 1, fine: true, faults: true}},
	{"3 VPs, fine: mutex", 0, 1, sceneMutex, &activationScene{vps: 3, slots: 1, fine: true}},
}

// A VP whose page comes in a section gets the processor of one that computes.
func sceneSaved() {
	a := spawn(waitsFor1, 0)
	s1.Post()
	n1 = 1
	result(a, 0)
}

func waitsFor1(n uintptr) uintptr {
	await(func() bool { return n1 == 1 })
	return n
}

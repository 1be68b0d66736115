//go:build explore

package ulib

import (
	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
)

// The process ends, or is stopped and continued, at any moment; VPs come and go. What the kernel may not do
// at the end, the machine checks: no slot is written, and nobody upcalled.

var endScenes = []scene{
	{"ends", 0, 2, sceneBlocks, &activationScene{vps: 1, slots: 1, exits: true}},
	{"ends, one slot", 0, 2, sceneBlockBoth, &activationScene{vps: 1, slots: 1, exits: true}},
	{"ends and faults", 0, 2, sceneJoin1, &activationScene{vps: 1, slots: 1, exits: true, faults: true}},
	{"2 VPs: ends", 0, 1, sceneYield, &activationScene{vps: 2, slots: 1, exits: true}},
	{"2 VPs, one processor: ends", 0, 1, sceneBlockBoth, &activationScene{vps: 2, slots: 1, cpus: 1, exits: true}},
	{"3 VPs: ends", 0, 1, sceneMutex, &activationScene{vps: 3, slots: 1, exits: true}},
	{"stops", 0, 2, sceneBlocks, &activationScene{vps: 1, slots: 1, stops: true}},
	{"stops, one slot", 0, 1, sceneBlockBoth, &activationScene{vps: 1, slots: 1, stops: true}},
	{"stops and pages", 0, 2, sceneJoin1, &activationScene{vps: 1, slots: 1, stops: true, faults: true}},
	{"stops in a call that is cancelled", 0, 2, sceneCancelCall, &activationScene{vps: 1, slots: 1, stops: true}},
	{"2 VPs: stops", 0, 1, sceneMutex, &activationScene{vps: 2, slots: 1, stops: true}},
	{"2 VPs: stops, taken", 0, 2, sceneJoin1, &activationScene{vps: 2, slots: 1, stops: true, rival: true}},
	{"2 VPs: concurrency", 0, 1, sceneConcurrency, &activationScene{vps: 2, slots: 1}},
	{"3 VPs: concurrency", 0, 1, sceneConcurrency, &activationScene{vps: 3, slots: 1}},
	{"2 VPs: gives way", 0, 2, sceneYield, &activationScene{vps: 2, slots: 1, cpus: 1, faults: true, handoff: true}},
	{"2 VPs: gives way, mutex", 0, 2, sceneMutex, &activationScene{vps: 2, slots: 1, cpus: 1, faults: true, handoff: true}},
}

// concur is sa_setconcurrency.
func concur(n uintptr) {
	ex.check(sys.Errno(kernel1(sa.SysSetConcurrency, n)) == sys.Errno(min(n, uintptr(nvp))), "concurrency")
}

// Fewer VPs are wanted, and more again, while threads block and yield.
func sceneConcurrency() {
	a, b := spawn(blocks, 0), spawn(yields, 1)
	concur(1)
	Yield()
	concur(3)
	result(a, 0)
	result(b, 1)
}

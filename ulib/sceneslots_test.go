//go:build explore

package ulib

// Scenes with more threads that compute than slots.

var slotScenes = []scene{
	{"compute", 0, 2, sceneComputes, &activationScene{vps: 1, slots: 1}},
	{"compute, pages", 0, 1, sceneComputes, &activationScene{vps: 1, slots: 1, faults: true}},
	{"compute and block", 0, 2, sceneComputeAndBlock, &activationScene{vps: 1, slots: 2}},
	{"2 VPs: compute", 0, 1, sceneComputes, &activationScene{vps: 2, slots: 1}},
	{"2 VPs: compute, pages", 0, 1, sceneComputes, &activationScene{vps: 2, slots: 1, faults: true}},
	{"2 VPs: compute and block", 0, 1, sceneComputeAndBlock, &activationScene{vps: 2, slots: 2}},
	{"2 VPs: compute, one taken", 0, 1, sceneComputes, &activationScene{vps: 2, slots: 1, rival: true}},
	{"compute, killed", 0, 2, sceneComputeKilled, &activationScene{vps: 1, slots: 1}},
	{"2 VPs: compute, killed", 0, 1, sceneComputeKilled, &activationScene{vps: 2, slots: 1}},
	{"strays", 0, 3, sceneStrays, &activationScene{vps: 1, slots: 1, strays: true}},
	{"2 VPs: strays", 0, 2, sceneStrays, &activationScene{vps: 2, slots: 1, strays: true}},
	{"3 VPs: compute", 0, 1, sceneComputes1, &activationScene{vps: 3, slots: 1}},
}

// computes does not leave its VP by itself before all of its kind have come to run.
func computes(n uintptr) uintptr {
	n1++
	await(func() bool { return n1 == int(nvp)+2 })
	return n
}

// More threads compute than there are slots, and all of them come to run.
func sceneComputes() {
	for i := range ids[:nvp+2] {
		ids[i] = spawn(computes, uintptr(i))
	}
	for i := range ids[:nvp+2] {
		result(ids[i], uintptr(i))
	}
}

// And so they do if the kernel has one of the slots for a thread in a call.
func sceneComputeAndBlock() {
	a := spawn(waitsForCompute, 3)
	Yield()
	sceneComputes()
	result(a, 3)
}

func waitsForCompute(n uintptr) uintptr {
	ex.check(inKernel(func() bool { return n1 == int(nvp)+2 }) == 0, "the call fails")
	return n
}

// The first thread is one of four beside three VPs.
func sceneComputes1() {
	for i := range ids[:nvp+1] {
		ids[i] = spawn(computes, uintptr(i))
	}
	computes(0)
	for i := range ids[:nvp+1] {
		result(ids[i], uintptr(i))
	}
}

func computesUntilKilled(n uintptr) uintptr {
	await(func() bool { return n1 == int(nvp)+1 })
	return n
}

// A signal to a thread that computes is taken by that thread, wherever its registers are meanwhile.
func sceneComputeKilled() {
	catchAll()
	for i := range ids[:nvp+1] {
		ids[i] = spawn(computesUntilKilled, uintptr(i))
	}
	Yield()
	for _, id := range ids[:nvp+1] {
		ex.check(Kill(id, low) == 0, "kill")
	}
	for i := range ids[:nvp+1] {
		result(ids[i], uintptr(i))
	}
	handled(int(nvp) + 1)
}

func takesSteps(n uintptr) uintptr {
	for range 3 {
		point()
	}
	return n
}

// Where nobody can be evicted, for all stack pointers are elsewhere, those in slots run to their end first.
func sceneStrays() {
	for i := range ids[:nvp+1] {
		ids[i] = spawn(takesSteps, uintptr(i))
	}
	for i := range ids[:nvp+1] {
		result(ids[i], uintptr(i))
	}
}

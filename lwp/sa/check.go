package sa

import "fmt"

// Debug has every step checked against the invariants when it ends. It is set before the first
// process and panics.
var Debug bool

// check says which invariant does not hold, "" if all do. It looks at the kernel's own state only:
// what the program writes proves nothing.
func (p *Process) check() (wrong string) {
	fail := func(format string, a ...any) { wrong = fmt.Sprintf(format, a...) }
	nK, idle, nsaved := 0, 0, 0
	var in [numStates]int
	for i := range p.vps {
		v := &p.vps[i]
		m := &p.lwps[v.lwp]
		if m.role != onVP || int(m.n) != i {
			fail("VP %d has LWP %d, which is %d of %d", i, v.lwp, m.role, m.n)
		}
		in[v.state]++
		if v.saved {
			nsaved++
		}
		if v.saved && v.state != NoCPU {
			fail("VP %d is saved and %v", i, v.state) // I4
		}
		if v.due != 0 && (v.saved || v.state != NoCPU) {
			fail("VP %d owes an upcall, saved %v and %v", i, v.saved, v.state) // I3, I4
		}
	}
	for s, l := range p.held {
		if l == ulibs {
			continue
		}
		nK++
		if m := &p.lwps[l]; m.role != inKernel || int(m.n) != s { // I2
			fail("slot %d has LWP %d, which is %d of %d", s, l, m.role, m.n)
		}
	}
	for l := range p.lwps {
		switch m := &p.lwps[l]; m.role {
		case inReserve:
			idle++
		case inKernel:
			if p.held[m.n] != int32(l) {
				fail("LWP %d is in the kernel for slot %d, held by %d", l, m.n, p.held[m.n])
			}
		}
	}
	nrun := in[Run]
	switch {
	case in != p.in || nsaved != p.nsaved || nK != p.nK || idle != len(p.reserve):
		fail("VPs %v (%v), %d saved (%d), %d slots in the kernel (%d), %d in reserve (%d)", in, p.in, nsaved, p.nsaved, nK, p.nK, idle, len(p.reserve))
	case nK > len(p.held)-len(p.vps): // I6: a reserve for every VP that may block
		fail("%d of %d slots in the kernel", nK, len(p.held))
	case nrun > p.limit() && p.look.Load() == 0: // I1: more only while being taken
		fail("%d VPs run, %d may", nrun, p.limit())
	}
	if p.dead || !p.enabled {
		return wrong
	}
	for i := range p.vps {
		v := &p.vps[i]
		if v.state == NoCPU && nrun < p.limit() {
			fail("VP %d waits for a processor, %d of %d run", i, nrun, p.limit())
		}
		if v.state == Plain && nK < len(p.held)-len(p.vps) && p.held[v.slot] == ulibs {
			fail("VP %d blocked plainly beside a free slot", i) // I6
		}
	}
	return wrong
}

// check panics if more processors are granted than there are. a.mu is held.
func (a *Allocator) check() {
	granted := 0
	for i := range a.shares {
		granted += a.shares[i].quota
	}
	if granted > a.ncpu {
		panic(fmt.Sprintf("sa: %d processors granted of %d", granted, a.ncpu)) // I1
	}
}

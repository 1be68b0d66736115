package sa

import (
	"strings"
	"testing"

	abi "gossamer/ulib/sa"
)

// Does a step that leaves an invariant broken panic, and say which?
func TestBrokenInvariants(t *testing.T) {
	for _, c := range []struct {
		what  string
		spoil func(p *Process)
		says  string
	}{
		{"I1: a VP runs beyond those granted", func(p *Process) { p.quota = 0 }, ""},
		{"I1: and nobody is to take notice", func(p *Process) { p.quota = 0; p.dirty = false }, "VPs run"},
		{"I2: two VPs on an LWP", func(p *Process) { p.vps[1].lwp = 0 }, "has LWP"},
		{"I2: a slot in the kernel without an LWP", func(p *Process) { p.held[0] = 1; p.nK = 1 }, "slot 0 has LWP"},
		{"I2: an LWP in the kernel without a slot", func(p *Process) { p.lwps[2].role, p.lwps[2].n = inKernel, 1; p.reserve = p.reserve[:0] }, "LWP 2 is in the kernel"},
		{"I3: an upcall owed to a VP that runs", func(p *Process) { p.vps[0].due = abi.Added }, "owes an upcall"},
		{"I4: a private save of a VP that runs", func(p *Process) { p.vps[0].saved = true; p.nsaved = 1 }, "is saved and run"},
		{"I4: a private save that owes an upcall", func(p *Process) { p.vps[1].saved = true; p.nsaved = 1 }, "owes an upcall"},
		{"I6: no reserve", func(p *Process) { p.reserve = p.reserve[:0] }, "in reserve"},
		{"I6: a plain block beside a free slot", func(p *Process) { p.quota = 0; p.move(&p.vps[0], Plain, false); p.vps[0].slot = 0 }, "blocked plainly"},
		{"a VP waits beside a free processor", func(p *Process) { p.quota = 2 }, "waits for a processor"},
	} {
		s := scene(t, simConfig{nvp: 2, nt: 2, nslot: 3, conc: 2})
		(&share{p: s.p}).set(1)
		panicked := func() (said string) {
			defer func() {
				if r := recover(); r != nil {
					said = r.(string)
				}
			}()
			s.p.enter()
			c.spoil(s.p)
			if strings.HasSuffix(c.what, "notice") {
				if wrong := s.p.check(); wrong != "" { // before publish, which would set look
					s.p.mu.Unlock()
					panic(wrong)
				}
			}
			s.p.leave()
			return ""
		}()
		if c.says == "" && panicked != "" || c.says != "" && !strings.Contains(panicked, c.says) {
			t.Errorf("%s: %q", c.what, panicked)
		}
	}
}

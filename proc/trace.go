package proc

import "gossamer/kernel/trace"

// traceName records which LWP of which process the thread runs, and the program's name.
func (l *LWP) traceName() {
	if tr := trace.Active(); tr != nil {
		tr.LWP(uint32(l.Thread.ID()), int(l.ID), int(l.p.ID))
		tr.Name(uint32(l.Thread.ID()), l.p.Name())
	}
}

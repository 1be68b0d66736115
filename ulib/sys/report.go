package sys

import "unsafe"

// A ReportM is what the runtime takes for its m, and that m's g0, when it reports a fatal error of
// a program that runs on several stacks: one for each LWP. The g in use is to be told at offset
// MCurG, and if a stack overflow is to be reported, it has a byte set.
type ReportM struct {
	m [512]uint64
	g [80]uint64
}

// Offsets in the runtime's m and g.
const (
	MCurG       = 0xb8
	GThrowSplit = 0xb7 // a byte: 1

	gM         = 0x30
	mMallocing = 0xf0
)

// SetCurG says which g is in use.
func (m *ReportM) SetCurG(g uintptr) { m.m[MCurG/8] = uint64(g) }

// Init prepares m for a g. Reports of two LWPs at once share one stack.
func (m *ReportM) Init(g uintptr) {
	m.g = boot.reportG
	m.g[gM/8] = uint64(uintptr(unsafe.Pointer(m)))
	m.m[0] = uint64(uintptr(unsafe.Pointer(&m.g)))
	m.m[mMallocing/8] = 1
	m.m[MCurG/8] = uint64(g)
}

package amd64

// The page attribute table, SDM 3A 12.12: what the bits WriteThrough and NoCache of an entry mean.

const (
	msrPAT = 0x277

	// As at reset, but for entry 1, which has WriteThrough alone set: write-combining, where stores
	// are gathered and written in bursts, and loads are not cached.
	patValue = 0x00070106_00070106
)

// WriteCombining is the attribute of a page of video memory. A CPU without a page attribute table,
// or before InitPAT, takes it for write-through, which is right, only slower.
const WriteCombining = WriteThrough

// InitPAT sets the table of the CPU this runs on. Nothing may be mapped WriteCombining yet that it
// uses. Bare.
func InitPAT() {
	if Has.PAT {
		Wrmsr(msrPAT, patValue)
	}
}

package sys

import _ "unsafe" // for linkname

const (
	// StackWindow is how much of the initial stack a bare program may use, in bytes.
	StackWindow = 256 << 10

	reportStackSize = 64 << 10
)

// A startBlock is what Start writes before any Go code runs; what every program touches
// lies together in front. The arrays exceed the runtime's types.
type startBlock struct {
	mainG   [80]uint64
	reportG [80]uint64
	signalG [80]uint64
	slot    [2]uintptr // FS points at the second word; the first is the g
	args    uintptr
	tsc     uint64
	reportM [512]uint64
}

var (
	boot        startBlock
	reportStack [reportStackSize]byte
)

// Start is the program's ELF entry; it is not to be called.
func Start()

//go:linkname mainMain main.main
func mainMain()

// start runs main.main on the initial stack and ends the process when that returns.
func start() {
	mainMain()
	Exit(0)
}

// EntryTSC returns the time-stamp counter at the process's first instruction.
func EntryTSC() uint64 { return boot.tsc }

package xhci

// Registers are the controller's, by their offset from the start of its memory. An access has 32
// bits.
type Registers interface {
	Read(offset uint32) uint32
	Write(offset uint32, v uint32)
}

// Capability registers (xHCI 5.3).
const (
	capLength  = 0x00 // bits 0-7; version above
	capParams1 = 0x04
	capParams2 = 0x08
	capParamsC = 0x10
	capDoor    = 0x14
	capRuntime = 0x18

	has64Bits     = 1 << 0 // of capParamsC
	has64Contexts = 1 << 2
	hasPortPower  = 1 << 3
)

// Operational registers (5.4), from capLength on.
const (
	opCommand  = 0x00
	opStatus   = 0x04
	opPageSize = 0x08
	opNotify   = 0x14
	opRing     = 0x18 // 64 bits
	opContexts = 0x30 // 64 bits
	opConfig   = 0x38
	opPorts    = 0x400 // 16 bytes each

	cmdRun       = 1 << 0
	cmdReset     = 1 << 1
	cmdInterrupt = 1 << 2

	stsHalted    = 1 << 0
	stsFatal     = 1 << 2
	stsInterrupt = 1 << 3
	stsNotReady  = 1 << 11
	stsFailed    = 1 << 12

	ringCycle   = 1 << 0
	ringAbort   = 1 << 2
	ringRunning = 1 << 3
)

// Registers of interrupter 0 (5.5.2), from the runtime registers' start on.
const (
	intManage   = 0x20
	intModerate = 0x24
	intSegments = 0x28
	intTable    = 0x30
	intDequeue  = 0x38

	managePending = 1 << 0
	manageEnable  = 1 << 1
	dequeueBusy   = 1 << 3
	moderation    = 4000 // × 250 ns: at the most one interrupt in a millisecond
)

// Port status and control (5.4.8).
const (
	portConnected   = 1 << 0
	portEnabled     = 1 << 1 // writing one disables
	portReset       = 1 << 4
	portPower       = 1 << 9
	portSpeed       = 10 // shift, 4 bits
	portLinkWrite   = 1 << 16
	portConnectChg  = 1 << 17
	portResetChg    = 1 << 21
	portWarmChg     = 1 << 19
	portChanges     = 0x7f << 17 // cleared by writing ones
	portWarmReset   = 1 << 31
	portNotNeutral  = portEnabled | portReset | portLinkWrite | portChanges | portWarmReset
	portResetsDone  = portResetChg | portWarmChg
	portStride      = 16
	portNoSuchThing = ^uint32(0)
)

// Extended capabilities (7).
const (
	extLegacy   = 1
	extProtocol = 2
	maxExtended = 64

	legacyBIOS = 1 << 16
	legacyOS   = 1 << 24
	// Of the control register after it: what to keep, which is reserved, and what to clear.
	legacyKeep   = 7<<1 | 0xff<<5 | 7<<17
	legacyEvents = 7 << 29
)

// Speeds, as ports tell them.
const (
	fullSpeed  = 1
	lowSpeed   = 2
	highSpeed  = 3
	superSpeed = 4
)

// Codes with which commands and transfers complete (6.4.5).
const (
	codeSuccess     = 1
	codeStall       = 6
	codeShort       = 13
	codeRingStopped = 24
)

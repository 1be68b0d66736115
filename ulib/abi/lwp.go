package abi

// Numbers of the calls.
const (
	SysLWPCreate      = 1024 // (*LWPContext, flags, *lid)
	SysLWPExit        = 1025 // ()
	SysLWPWait        = 1026 // (lid, *departed)
	SysLWPDetach      = 1027 // (lid)
	SysLWPSuspend     = 1028 // (lid)
	SysLWPContinue    = 1029 // (lid)
	SysLWPPark        = 1030 // (clock, flags, *timespec, unpark, hint, unparkhint)
	SysLWPUnpark      = 1031 // (lid, hint)
	SysLWPUnparkAll   = 1032 // (*lid, n, hint)
	SysLWPWakeup      = 1033 // (lid)
	SysLWPKill        = 1034 // (lid, signal)
	SysLWPSelf        = 1035 // ()
	SysLWPSetPrivate  = 1036 // (base)
	SysLWPGetPrivate  = 1037 // ()
	SysLWPSetName     = 1038 // (lid, name)
	SysLWPGetName     = 1039 // (lid, buf, len)
	SysLWPCtl         = 1040 // (features, **LWPControl)
	SysLWPSetPriority = 1041 // (lid, class, priority)
	SysLWPBind        = 1042 // (lid, cpu)
	SysLWPInfo        = 1043 // (pid, after, *LWPInfo, n)
)

// Flags of _lwp_create.
const (
	LWPDetached  = 0x40 // nobody waits for it
	LWPSuspended = 0x80 // it does not run before _lwp_continue
)

// ParkAbstime is the flag of _lwp_park that makes the time a point in time (TIMER_ABSTIME).
const ParkAbstime = 1

// MaxUnpark is how many LWPs one _lwp_unpark_all takes.
const MaxUnpark = 1024

// Flags of LWPContext: which parts of it are given.
const (
	ContextCPU     = 1 // the registers: without them there is no LWP to be made
	ContextFPU     = 2 // FX; otherwise x87 and SSE are as at the start of a program
	ContextSigmask = 4 // Sigmask; otherwise the mask is the creator's
	ContextKnown   = 7 // all of these
)

// LWPContext is the machine context in which an LWP begins. GS base is 0.
type LWPContext struct {
	Flags   uint32
	_       uint32
	Sigmask uint64 // bit n-1 is signal n

	RAX, RBX, RCX, RDX, RSI, RDI, RBP, RSP uint64
	R8, R9, R10, R11, R12, R13, R14, R15   uint64

	RIP    uint64 // in user space
	RFLAGS uint64 // CF PF AF ZF SF TF DF OF AC ID as wanted; IF and bit 1 are always set, others never
	FSBase uint64 // in user space

	// Selectors: 0, or what ring 3 has.
	CS, SS, DS, ES, FS, GS uint16
	_                      uint32

	FX [512]byte // FXSAVE image
}

// Selectors of ring 3.
const (
	UserCodeSelector = 0x23
	UserDataSelector = 0x1b
)

// Sizes of LWPContext, and of it up to FX: what the kernel reads without ContextFPU.
const (
	LWPContextSize     = 696
	LWPContextHeadSize = 184
)

// Features of _lwp_ctl. Every record has all of them.
const (
	CtlCPU       = 1 // NetBSD's LWPCTL_FEATURE_CURCPU
	CtlSwitches  = 2 // LWPCTL_FEATURE_PCTR
	CtlNoPreempt = 4
	CtlKnown     = 7
)

// LWPControl is words that an LWP shares with the kernel: what _lwp_ctl maps. The kernel writes
// CPU, Switches and Owed, the program NoPreempt; both by single stores.
type LWPControl struct {
	CPU       int32  // where the LWP runs, from 0; CPUNone while it does not
	Switches  uint32 // how often it has been switched to
	NoPreempt uint32 // not 0: do not take the CPU just now; granted for a bounded time
	Owed      uint32 // 1 when that has been granted: yield as soon as you can
}

// Values of LWPControl.CPU beside CPUs.
const (
	CPUNone   = -1
	CPUExited = -2
)

// LWPControlSize is the distance between records, a line of the cache: two LWPs do not disturb
// each other.
const LWPControlSize = 64

// Classes of _lwp_setpriority, with their priorities.
const (
	ClassTimeSharing = 0 // 0 to 59; sinks while the LWP computes, rises while it waits
	ClassFixed       = 1 // 0 to 59
	ClassRoundRobin  = 2 // 1 to 99, above the first two; time slices
	ClassFIFO        = 3 // 1 to 99; until it blocks or yields
)

// States of an LWP in LWPInfo.
const (
	StateReady     = 1 // waits for a CPU
	StateRunning   = 2
	StateSleeping  = 3 // in a system call that waits; WaitChannel says which
	StateSuspended = 4 // by _lwp_suspend, or created so
	StateStopped   = 5 // with its process, by a signal
	StateZombie    = 6 // ended, and not waited for yet
)

// Flags of LWPInfo.
const (
	InfoDetached  = 1 // nobody can wait for it
	InfoFirst     = 2 // it has the process's number
	InfoSuspended = 4 // _lwp_suspend has been called, whether it has stopped already or not
)

// LWPInfo is what _lwp_info tells of one LWP.
type LWPInfo struct {
	LID         int32
	State       uint8
	Class       uint8
	Priority    int16 // in its class
	CPU         int32 // where it runs or ran last
	Bound       int32 // the CPU it is bound to, or -1
	Flags       uint32
	_           uint32
	CPUTime     uint64 // ns
	Voluntary   uint64 // switches by blocking
	Involuntary uint64 // switches by yielding, wanted or not
	Faults      uint64 // page faults and other exceptions in user mode
	Name        [16]byte
	WaitChannel [24]byte // the call that it sleeps in; ends with a zero
}

// LWPInfoSize is its size.
const LWPInfoSize = 96

// NameSize bounds names of LWPs, the terminating zero included.
const NameSize = 16

package sa

// PageSize is the size of a page of the area.
const PageSize = 4096

// SlotSize is the distance between slots. No slot lies across a page border.
const SlotSize = 1024

const slotsInPage = PageSize / SlotSize

// None is no slot: what Cur is while no thread runs. Process.Ready and Slot.Next have 0 for that,
// and slot numbers plus one.
const None = 0xffffffff

// Limits of a registration.
const (
	MaxVP   = 64
	MaxSlot = 1024
)

// Process is the first page of the area.
type Process struct {
	// Ready is the list of slots that have become ulib's, newest first: 0, or the number of
	// the first slot plus one; Slot.Next links them. The kernel pushes by compare-and-swap,
	// ulib takes all by XCHG with 0.
	Ready uint32
	_     [15]uint32

	// Posts counts, kernel only: plus one after every push, wake and signal. What sa_yield
	// compares.
	Posts uint32

	// Signals is 1 while a caught signal waits to be taken by sa_sigtake; kernel only, a hint.
	Signals uint32
	_       [14]uint32

	// Constant after sa_register.
	NVP   uint32
	NSlot uint32
	Slots uint64 // address of slot 0 in the program
}

// VP is the page of one virtual processor. Who writes a word is said in brackets.
type VP struct {
	Disabled uint32 // [the VP; the kernel stores 1 at an upcall] not 0: no upcall
	Pending  uint32 // [the kernel stores 1, the VP 0] look at the ready list when you can
	Cur      uint32 // [the VP while disabled; the kernel stores None at an upcall] the running thread's slot
	Quantum  uint32 // [the VP] ticks that the running thread may have, 0 = no limit
	Sigmask  uint64 // [the VP] signals that it does not want now: those the running thread blocks
	WakeAt   int64  // [the VP] CLOCK_MONOTONIC, ns: at the first tick from then on as if Quantum were used up; 0 = never
	UpcallFS uint64 // [the VP] FS base at an upcall; taken as 0 if it is no user address
	Awake    uint32 // [ulib; the kernel stores 0 when it has heeded it] a slot plus one, 0 = none: a wait of the thread in Cur, if that is it, which would keep this VP for want of a slot, ends at once with EINTR
	_        uint32
	_        [2]uint64

	// [the kernel, at an upcall]
	Why   uint32 // Added …
	Wslot uint32 // the slot it is about, or None
	_     [7]uint64
	Info  [128]byte // of an upcall Signal about a slot: siginfo_t

	// Constant after sa_register.
	Self   uint64 // address of this page in the program
	Number uint32 // of the VP
	_      [13]uint32

	// [the kernel] How often it has been granted a processor.
	Grants uint32
	_      [175]uint32

	// Own is ulib's; the kernel has no part in it.
	Own [3072]byte
}

// Slot holds a thread of the program that the kernel has taken off its VP. The kernel writes it
// and never reads it; ulib reads it.
type Slot struct {
	Next   uint32 // while on the ready list: the next slot plus one, or 0
	Reason uint32 // why it is there: Unblocked, Preempted
	_      [14]uint32

	FX [512]byte // FXSAVE64 image

	// In the order in which the kernel has them: it copies all from FX on in one.
	AX, DI, SI, DX, R10, R8, R9         uint64
	BX, CX, BP, R11, R12, R13, R14, R15 uint64
	IP, Flags, SP, FS                   uint64
	_                                   [37]uint64
}

// Offsets in a VP page, as GS has them, and sizes.
const (
	Disabled = 0
	Pending  = 4
	Cur      = 8
	Quantum  = 12
	Sigmask  = 16
	WakeAt   = 24
	UpcallFS = 32
	Awake    = 40
	Why      = 64
	Wslot    = 68
	Info     = 128
	Self     = 256
	Number   = 264
	Grants   = 320
	Own      = 1024
)

// Offsets in the process page.
const (
	Ready   = 0
	Posts   = 64
	Signals = 68
)

// Offsets in a slot.
const (
	SlotNext   = 0
	SlotReason = 4
	SlotFX     = 64
	SlotAX     = 576
	SlotDI     = 584
	SlotSI     = 592
	SlotDX     = 600
	SlotR10    = 608
	SlotR8     = 616
	SlotR9     = 624
	SlotBX     = 632
	SlotCX     = 640
	SlotBP     = 648
	SlotR11    = 656
	SlotR12    = 664
	SlotR13    = 672
	SlotR14    = 680
	SlotR15    = 688
	SlotIP     = 696
	SlotFlags  = 704
	SlotSP     = 712
	SlotFS     = 720
)

// VPAt is the offset in the area of the page of VP number vp; that of nobody's page for nvp.
func VPAt(vp int) uintptr { return uintptr(1+vp) * PageSize }

// SlotAt is the offset in the area of a slot, for an area of nvp VPs.
func SlotAt(nvp, slot int) uintptr { return uintptr(2+nvp)*PageSize + uintptr(slot)*SlotSize }

// Pages is the number of pages of an area.
func Pages(nvp, nslot int) int { return 2 + nvp + (nslot+slotsInPage-1)/slotsInPage }

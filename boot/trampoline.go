package boot

import (
	"sync/atomic"
	"unsafe"

	"gossamer/kernel/frame"
)

// The mailbox: the last bytes of the trampoline. The offsets are those of boot.S, counted
// from the mailbox's start; a test compares them with the assembled file.
const (
	mailboxIndex = 0  // u64: index for the next CPU that comes; taken by exchange with none
	mailboxEntry = 8  // u64: where it goes then, a virtual address
	mailboxPML4  = 16 // u32: physical address of the page tables it runs on
	mailboxEFER  = 20 // u32: bits to set in EFER; the first CPU found them out
	mailboxMagic = 24 // u64
	mailboxSize  = 32

	mailboxSignature = 0x31584f424c49414d // "MAILBOX1"

	indexTaken = ^uint64(0)
)

// lowMemory is where real mode ends: the trampoline's page must lie below.
const lowMemory = frame.Addr(1 << 20)

// Trampoline is the copy of the start-up code through which other CPUs come, one at a time.
// The zero value is not installed.
type Trampoline struct {
	page    frame.Addr
	mailbox uintptr // address in the direct map; 0 = not installed
}

// Install copies the stub's trampoline into the page at page, which must be a frame below
// 1 MiB, and readies it to send CPUs to the header's APEntry on the boot page tables. It
// reports false, and does nothing, if page or header cannot be right.
func (t *Trampoline) Install(page frame.Addr, h *Header) bool {
	start, end := frame.Addr(h.TrampStart), frame.Addr(h.TrampEnd)
	if h.Magic != HeaderMagic || start > end || end-start > frame.Size || end-start < mailboxSize ||
		!InReach(start, uint64(end-start)) || h.PML4 >= 1<<32 || h.APEntry == 0 ||
		page == 0 || page%frame.Size != 0 || page >= lowMemory || !InReach(page, frame.Size) {
		return false
	}
	if Phys64(end-mailboxSize+mailboxMagic) != mailboxSignature {
		return false
	}
	for i := frame.Addr(0); i < end-start; i++ {
		*(*byte)(unsafe.Pointer((page + i).Ptr())) = Phys8(start + i)
	}
	t.page = page
	t.mailbox = (page + (end - start) - mailboxSize).Ptr()
	*(*uint64)(unsafe.Pointer(t.mailbox + mailboxEntry)) = h.APEntry
	*(*uint32)(unsafe.Pointer(t.mailbox + mailboxPML4)) = uint32(h.PML4)
	t.Withdraw()
	return true
}

// Vector is the page number to put into a start-up IPI.
func (t *Trampoline) Vector() uint8 { return uint8(t.page >> 12) }

// Offer makes index the index of the next CPU that comes through. No other offer may be open.
func (t *Trampoline) Offer(index uint64) {
	atomic.StoreUint64((*uint64)(unsafe.Pointer(t.mailbox+mailboxIndex)), index)
}

// Taken reports whether a CPU has taken the last offer.
func (t *Trampoline) Taken() bool {
	return atomic.LoadUint64((*uint64)(unsafe.Pointer(t.mailbox+mailboxIndex))) == indexTaken
}

// Withdraw closes an offer: a CPU that comes now stops in the trampoline. It reports whether
// the offer was still open.
func (t *Trampoline) Withdraw() bool {
	return atomic.SwapUint64((*uint64)(unsafe.Pointer(t.mailbox+mailboxIndex)), indexTaken) != indexTaken
}

package xhci

import "sync/atomic"

// Page is a page of memory that the controller reaches too. Its words are little-endian, and are
// only touched by load and store, for the controller writes to them at any time.
type Page struct {
	Phys  uint64
	Words *[1024]uint32
}

// Memory is where pages come from, zeroed. Below 4 GiB if low.
type Memory interface {
	Page(low bool) (Page, bool)
	Free(Page)
}

func (p Page) load(i int) uint32     { return atomic.LoadUint32(&p.Words[i]) }
func (p Page) store(i int, v uint32) { atomic.StoreUint32(&p.Words[i], v) }

func (p Page) store64(i int, v uint64) {
	p.store(i, uint32(v))
	p.store(i+1, uint32(v>>32))
}

// trb is a transfer request block (6.4). The cycle bit is the ring's business.
type trb [4]uint32

const (
	trbSize  = 16
	ringSize = 256 // of a page; the last one leads back to the first

	cycleBit    = 1 << 0
	toggleCycle = 1 << 1 // of a link
	shortIsGood = 1 << 2
	interrupts  = 1 << 5 // on completion
	immediate   = 1 << 6
	typeShift   = 10
)

// Kinds of TRB.
const (
	trbNormal     = 1
	trbSetup      = 2
	trbData       = 3
	trbStatus     = 4
	trbLink       = 6
	trbEnableSlot = 9
	trbDisable    = 10
	trbAddress    = 11
	trbConfigure  = 12
	trbEvaluate   = 13
	trbResetEP    = 14
	trbStopEP     = 15
	trbSetDequeue = 16
	trbNoOp       = 23

	evTransfer = 32
	evCommand  = 33
	evPort     = 34
)

// ring is one that software writes to: of commands, or of an endpoint. It is never so full that
// the end meets the beginning: nobody has more than a few requests under way.
type ring struct {
	page  Page
	next  int
	cycle uint32
}

func newRing(p Page) *ring {
	r := &ring{page: p, cycle: cycleBit}
	last := 4 * (ringSize - 1)
	p.store64(last, p.Phys)
	p.store(last+3, trbLink<<typeShift|toggleCycle)
	return r
}

// push appends t and returns its physical address.
func (r *ring) push(t trb) uint64 {
	at := r.next
	for i := range 3 {
		r.page.store(4*at+i, t[i])
	}
	r.page.store(4*at+3, t[3]&^cycleBit|r.cycle) // last: now it is the controller's
	if r.next++; r.next == ringSize-1 {
		r.page.store(4*r.next+3, trbLink<<typeShift|toggleCycle|r.cycle)
		r.next = 0
		r.cycle ^= cycleBit
	}
	return r.page.Phys + uint64(at)*trbSize
}

// end is where the next request will be, with the cycle bit that it will have: what the controller
// shall go on from after an error.
func (r *ring) end() uint64 { return r.page.Phys + uint64(r.next)*trbSize | uint64(r.cycle) }

// event is a TRB of the event ring.
type event trb

func (e event) kind() uint32    { return e[3] >> typeShift & 0x3f }
func (e event) code() uint8     { return uint8(e[2] >> 24) }
func (e event) left() int       { return int(e[2] & 0xffffff) } // bytes not transferred
func (e event) about() uint64   { return uint64(e[0]) | uint64(e[1])<<32 }
func (e event) slot() uint8     { return uint8(e[3] >> 24) }
func (e event) endpoint() uint8 { return uint8(e[3] >> 16 & 31) }
func (e event) port() uint8     { return uint8(e[0] >> 24) }

// events is the event ring: one page.
type events struct {
	page  Page
	next  int
	cycle uint32
}

// take returns the next event, if there is one.
func (r *events) take() (e event, ok bool) {
	at := 4 * r.next
	e[3] = r.page.load(at + 3) // first: it says whether the rest is there
	if e[3]&cycleBit != r.cycle {
		return e, false
	}
	for i := range 3 {
		e[i] = r.page.load(at + i)
	}
	if r.next++; r.next == ringSize {
		r.next = 0
		r.cycle ^= cycleBit
	}
	return e, true
}

// at is the physical address of the next event.
func (r *events) at() uint64 { return r.page.Phys + uint64(r.next)*trbSize }

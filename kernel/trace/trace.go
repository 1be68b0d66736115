package trace

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// Config is what Start has to know.
type Config struct {
	Dispatchers int           // of package sched
	Events      int           // room in all rings together; at least MinEvents each
	Clock       func() uint64 // counts at a constant rate, in step on all CPUs
	Hz          uint64        // that rate
	CPU         func() int    // the hardware CPU this runs on, perhaps no longer when it returns
}

// MinEvents is the least room in a ring.
const MinEvents = 1 << 10

// Trace is a trace being recorded. Its methods may be called by anybody, with any locks held.
type Trace struct {
	c       Config
	rings   []ring // of the dispatchers, then outside
	outside *ring
	names   *ring

	sources struct {
		sync.Mutex
		list []Source
	}
}

// A Source is a ring that a process keeps itself. It is asked for what it holds once, by Snapshot.
type Source func() Ring

// MaxSources is how many there can be.
const MaxSources = 64

// AddSource has s be part of the trace; false: there are too many.
func (tr *Trace) AddSource(s Source) bool {
	tr.sources.Lock()
	defer tr.sources.Unlock()
	if len(tr.sources.list) == MaxSources {
		return false
	}
	tr.sources.list = append(tr.sources.list, s)
	return true
}

// SourceRoom is how many events the ring of a Source is to hold, a power of two.
func (tr *Trace) SourceRoom() int {
	return 1 << (bits.Len(uint(max(MinEvents, tr.c.Events/16))) - 1)
}

var active atomic.Pointer[Trace]

// Active returns the trace that is being recorded, nil if tracing is off.
func Active() *Trace { return active.Load() }

// Start turns tracing on. It returns nil if it is on already.
func Start(c Config) *Trace {
	tr := newTrace(c)
	if !active.CompareAndSwap(nil, tr) {
		return nil
	}
	return tr
}

// Stop turns tracing off if tr is what is being recorded. An event that is just being recorded
// may still come.
func (tr *Trace) Stop() { active.CompareAndSwap(tr, nil) }

func newTrace(c Config) *Trace {
	n := c.Dispatchers + 2
	tr := &Trace{c: c, rings: make([]ring, n)}
	for i := range tr.rings {
		tr.rings[i].init(max(MinEvents, c.Events/n))
	}
	tr.outside, tr.names = &tr.rings[n-2], &tr.rings[n-1]
	tr.rings = tr.rings[:n-2]
	return tr
}

// Emit records an event.
func (tr *Trace) Emit(k Kind, thread uint32, a, b uint64) {
	r, _ := tr.here()
	tr.put(r, k, thread, a, b)
}

// EmitBy records an event whose word A is the thread that does it, 0 for none: Wake, Create.
func (tr *Trace) EmitBy(k Kind, thread uint32, b uint64) {
	r, self := tr.here()
	tr.put(r, k, thread, uint64(self), b)
}

// Switch records that a dispatcher goes from one thread to another; 0 is the dispatcher's own
// work. goroutine is what Begin returned to the thread it goes to, 0 if that has never run.
func (tr *Trace) Switch(dispatcher int, from, to uint32, goroutine uintptr, why uint64) {
	r := &tr.rings[dispatcher]
	r.thread.Store(to)
	r.goroutine.Store(goroutine)
	tr.put(r, Switch, to, uint64(from), why)
}

// Begin is called by a thread when it runs for the first time. It returns what Switch is to be
// told of it from then on.
func (tr *Trace) Begin(dispatcher int, thread uint32, name string) (self uintptr) {
	self = goroutine()
	tr.rings[dispatcher].goroutine.Store(self)
	tr.Name(thread, name)
	return self
}

// Name records what a thread is called now.
func (tr *Trace) Name(thread uint32, name string) {
	a, b := PackName(name)
	tr.put(tr.names, Name, thread, a, b)
}

// LWP records which LWP a thread runs.
func (tr *Trace) LWP(thread uint32, lwp, process int) {
	tr.put(tr.names, LWP, thread, uint64(lwp), uint64(process))
}

func (tr *Trace) put(r *ring, k Kind, thread uint32, a, b uint64) {
	r.put(Event{Time: tr.c.Clock(), Kind: k, CPU: uint8(tr.c.CPU()), Thread: thread, A: a, B: b})
}

// here is the ring that the calling goroutine records in, and the thread it is, 0 if none.
func (tr *Trace) here() (*ring, uint32) {
	self := goroutine()
	for i := range tr.rings {
		if r := &tr.rings[i]; r.goroutine.Load() == self {
			return r, r.thread.Load()
		}
	}
	return tr.outside, 0
}

// goroutine is the address of the calling goroutine's descriptor, which names it while it lives.
func goroutine() uintptr

package tracejson

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"

	"gossamer/arch/amd64"
	"gossamer/kernel/trace"
	"gossamer/ulib/sa"
)

// Process numbers of the file that no process of the kernel has (they are below 1<<22).
const (
	cpusPID   = 1<<22 + iota
	kernelPID // kernel threads without an LWP
)

// Thread numbers of the file that no LWP has. Viewers want them to be unique in all of the file.
const (
	cpuTID    = 1 << 24 // of dispatcher 0; then the others, then what is done by no thread
	kernelTID = 1 << 25 // of a kernel thread without an LWP: its number is added
	otherTID  = 1 << 26 // of an LWP with the number of one that is gone: the same
	vpTID     = 1 << 27 // of the first VP; then the others
	userTID   = 1 << 28 // of the first user thread; then the others
)

// Stats says what a trace held.
type Stats struct {
	Events  int
	Lost    uint64
	Threads int
	Seconds float64 // from the first event to the last
}

// converter is the model of the machine.
type converter struct {
	writer
	log     *trace.Log
	threads map[uint32]*thread
	used    map[[2]int]bool // tracks of threads
	cpus    []cpu
	where   map[uint8]int // hardware CPU: the dispatcher last seen there
	outside track         // what is done by no thread
	lwps    map[[2]int]*thread
	users
}

// cpu is a dispatcher: its track shows what runs on it.
type cpu struct {
	track
	runs *thread
}

// at is an event and the ring it comes from.
type at struct {
	trace.Event
	ring    int
	process int // that recorded it; 0: the kernel
}

// Convert writes a log as JSON.
func Convert(out io.Writer, log *trace.Log) (Stats, error) {
	c := &converter{log: log, threads: map[uint32]*thread{}, used: map[[2]int]bool{}, cpus: make([]cpu, log.Dispatchers), where: map[uint8]int{},
		lwps: map[[2]int]*thread{}, users: users{all: map[userKey]*user{}, vps: map[vpKey]*vp{}, slots: map[slotKey]*user{}, count: map[int]int{}}}
	for i := range c.cpus {
		c.cpus[i].pid, c.cpus[i].tid = cpusPID, cpuTID+i
	}
	c.outside.pid, c.outside.tid = cpusPID, cpuTID+log.Dispatchers
	events := merge(log)
	c.meet(events)
	c.now = "0"
	c.nameTracks()
	var first, last uint64
	for i, e := range events {
		if i == 0 {
			first = e.Time
		}
		last = e.Time
		c.now = micros(e.Time-first, log.Hz)
		c.event(e)
	}
	c.closeAll()
	n, lost := log.Count()
	s := Stats{Events: n, Lost: lost, Threads: len(c.threads), Seconds: float64(last-first) / float64(log.Hz)}
	return s, c.write(out, args{"events": n, "lost": lost, "hz": log.Hz})
}

// merge brings the events of all rings into the order of time.
func merge(log *trace.Log) []at {
	var all []at
	for i, r := range log.Rings {
		for _, e := range r.Events {
			all = append(all, at{e, i, r.Process})
		}
	}
	slices.SortStableFunc(all, func(a, b at) int {
		switch {
		case a.Time < b.Time:
			return -1
		case a.Time > b.Time:
			return 1
		}
		return 0
	})
	return all
}

// micros converts a time to microseconds, to a thousandth.
func micros(t, hz uint64) json.Number {
	return json.Number(strconv.FormatFloat(float64(t)*1e6/float64(hz), 'f', 3, 64))
}

// meet gets to know all threads, by the last that is said of them.
func (c *converter) meet(events []at) {
	var ids []uint32
	know := func(id uint64) *thread {
		t := c.threads[uint32(id)]
		if t == nil && uint32(id) != 0 {
			t = &thread{id: uint32(id)}
			c.threads[t.id] = t
			ids = append(ids, t.id)
		}
		return t
	}
	for _, e := range events {
		if e.process != 0 {
			c.meetUser(e)
			continue
		}
		t := know(uint64(e.Thread))
		switch {
		case e.Kind == trace.Switch || e.Kind == trace.Wake || e.Kind == trace.Create || e.Kind == trace.Upcall:
			know(e.A)
		case t == nil:
		case e.Kind == trace.Name:
			t.name = trace.UnpackName(e.A, e.B)
		case e.Kind == trace.LWP:
			t.lwp, t.process = int(e.A), int(e.B)
		}
	}
	for _, id := range ids {
		t := c.threads[id]
		t.pid, t.tid = t.process, t.lwp
		if t.process == 0 {
			t.pid, t.tid = kernelPID, kernelTID+int(id)
		}
		if c.used[[2]int{t.pid, t.tid}] { // an LWP got the number of one that is gone
			t.tid = otherTID + int(id)
		}
		c.used[[2]int{t.pid, t.tid}] = true
		if t.lwp != 0 {
			c.lwps[[2]int{t.process, t.lwp}] = t
		}
	}
	for _, e := range events {
		if t := c.threads[e.Thread]; e.process == 0 && e.Kind == trace.Upcall && t != nil {
			number, _, _ := trace.UnpackUpcall(e.B)
			c.users.vp(t.process, number)
		}
	}
	c.users.placeUsers()
}

// nameTracks writes the names of all tracks.
func (c *converter) nameTracks() {
	process := func(t *track, name string, order int) {
		c.metadata(t, "process_name", name)
		c.metadata(t, "process_sort_index", order)
	}
	process(&c.outside, "CPUs", -2)
	for i := range c.cpus {
		c.metadata(&c.cpus[i].track, "thread_name", fmt.Sprintf("CPU %d", i))
		c.metadata(&c.cpus[i].track, "thread_sort_index", i)
	}
	c.metadata(&c.outside, "thread_name", "interrupts and timers")
	c.metadata(&c.outside, "thread_sort_index", len(c.cpus))
	named := map[int]bool{}
	for _, id := range sortedIDs(c.threads) {
		t := c.threads[id]
		if !named[t.pid] {
			named[t.pid] = true
			switch {
			case t.process == 0:
				process(&t.track, "kernel threads", -1)
			case t.name == "":
				process(&t.track, "process", t.process)
			default:
				process(&t.track, t.name, t.process)
			}
		}
		if t.lwp != 0 {
			c.metadata(&t.track, "thread_name", fmt.Sprintf("LWP %d", t.lwp))
		} else {
			c.metadata(&t.track, "thread_name", t.label())
		}
	}
	for _, v := range c.users.vpList { // a process none of whose LWPs is known
		if !named[v.pid] {
			named[v.pid] = true
			process(&v.track, "process", v.pid)
		}
	}
	for _, u := range c.users.places {
		if !named[u.pid] {
			named[u.pid] = true
			process(&u.track, "process", u.pid)
		}
	}
	c.nameUsers()
}

func sortedIDs(m map[uint32]*thread) []uint32 {
	ids := make([]uint32, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// event plays one event.
func (c *converter) event(e at) {
	if e.process != 0 {
		c.userEvent(e)
		return
	}
	if e.ring < len(c.cpus) {
		c.where[e.CPU] = e.ring
	}
	if e.Kind == trace.Interrupt {
		c.instant(c.place(e), vectorName(e.A), args{"CPU": e.CPU, "user mode": e.B != 0})
		return
	}
	if e.Kind == trace.Switch {
		c.switchTo(e)
		for _, id := range []uint32{uint32(e.A), e.Thread} {
			if t := c.threads[id]; t != nil {
				c.show(t.vp)
			}
		}
		return
	}
	t := c.threads[e.Thread]
	if t == nil {
		return
	}
	defer func() { c.show(t.vp) }()
	switch e.Kind {
	case trace.Name, trace.LWP: // meet has seen them
	case trace.Create:
		c.awaken(e, t, "create")
		c.become(t, ready)
	case trace.Wake:
		c.awaken(e, t, trace.How(e.B))
		t.woken = true
		if t.state != "" && t.state != running {
			c.become(t, ready)
		}
	case trace.Block:
		t.channel, t.woken = e.A, false
	case trace.Call:
		t.idle = false
		c.enterCall(t, c.callName(e.A), args{"number": e.A, "argument": fmt.Sprintf("%#x", e.B)})
	case trace.Return:
		t.idle = e.A == sa.SysYield
		c.leaveCall(t, args{"result": int64(e.B)})
		c.become(t, running)
	case trace.Exit:
		c.instant(&t.track, "exit", nil)
		c.gone(t)
	case trace.Upcall:
		c.upcall(e, t)
	case trace.Save:
		c.save(t, uint32(e.A))
	case trace.Fault:
		c.instant(&t.track, "fault", args{"address": fmt.Sprintf("%#x", e.A), "vector": e.B})
	default:
		a, b := e.Kind.Words()
		c.instant(&t.track, e.Kind.String(), args{a: e.A, b: e.B})
	}
}

// switchTo plays a switch of the dispatcher whose ring the event comes from.
func (c *converter) switchTo(e at) {
	if e.ring >= len(c.cpus) {
		return
	}
	p := &c.cpus[e.ring]
	from, to := c.threads[uint32(e.A)], c.threads[e.Thread]
	if p.runs != nil {
		if p.runs != from { // it left, and the event that said so is lost
			c.leave(p.runs, 0)
		}
		c.end(&p.track, args{"why": trace.Why(e.B)})
		p.runs = nil
	}
	if from != nil {
		c.leave(from, e.B)
	}
	if to == nil {
		return
	}
	for i := range c.cpus { // it left there, and the event that said so is lost
		if o := &c.cpus[i]; o.runs == to {
			c.end(&o.track, nil)
			o.runs = nil
		}
	}
	p.runs = to
	c.begin(&p.track, to.label(), args{"hardware CPU": e.CPU})
	c.become(to, running)
	c.arrive(to.arrow, &to.track)
	to.arrow = flow{}
}

// awaken marks where a thread is made ready, and begins the arrow to where it runs next.
func (c *converter) awaken(e at, t *thread, how string) {
	by := c.threads[uint32(e.A)]
	if by != nil && by.depth > 0 {
		c.instant(c.place(e), "wake "+t.label(), args{"by": by.label(), "how": how})
		t.arrow = c.depart(&by.track, "wake")
		return
	}
	c.begin(&c.outside, "wake "+t.label(), args{"how": how})
	t.arrow = c.depart(&c.outside, "wake")
	c.end(&c.outside, nil)
}

// place is the track of the dispatcher where something happened.
func (c *converter) place(e at) *track {
	if e.ring < len(c.cpus) {
		return &c.cpus[e.ring].track
	}
	if d, known := c.where[e.CPU]; known {
		return &c.cpus[d].track
	}
	return &c.outside
}

// closeAll ends what is still open when the trace ends.
func (c *converter) closeAll() {
	for i := range c.cpus {
		if c.cpus[i].runs != nil {
			c.end(&c.cpus[i].track, nil)
		}
	}
	c.closeUsers(func(int) bool { return true })
	for _, id := range sortedIDs(c.threads) {
		c.close(c.threads[id])
	}
}

func (c *converter) callName(nr uint64) string {
	if name := c.log.Calls[nr]; name != "" {
		return name
	}
	return fmt.Sprintf("call %d", nr)
}

// vectorName says what an interrupt was.
func vectorName(v uint64) string {
	switch {
	case v == amd64.VecTimer:
		return "timer"
	case v == amd64.VecKick:
		return "kick"
	case v == amd64.VecWake:
		return "wake-up"
	case v == amd64.VecFlush:
		return "TLB flush"
	case v == amd64.VecSpurious:
		return "spurious interrupt"
	case v == amd64.VecPageFault:
		return "page fault in the kernel"
	case v >= amd64.VecDevice:
		return fmt.Sprintf("IRQ %d", v-amd64.VecDevice)
	}
	return fmt.Sprintf("exception %d in the kernel", v)
}

package tracejson

import (
	"fmt"

	"gossamer/kernel/trace"
	"gossamer/ulib/sa"
)

// States of a user thread beside those of any thread, and what a VP shows when it runs none.
const (
	waiting   = "waiting"   // for another user thread, or a time
	signalled = "signalled" // its fault is the program's to handle
	noCPU     = "no CPU"
	idle      = "idle"
	scheduler = "scheduler"
)

// vp is a virtual processor of a program of user threads. Its track shows which of them it runs, or
// how it comes to run another.
type vp struct {
	track
	process, number int

	lwp    *thread // that serves it
	runs   *user   // nil: its scheduler
	upcall string  // it is in this one, or about to be in one: no thread has been run since
	fresh  bool    // the kernel has made that upcall, and the LWP has not run since
	shows  string  // the slice that is open; "": none
	arrow  flow    // from the block that its upcall is about, to the thread that it runs next
	via    bool    // that arrow has come by here
}

// user is a user thread. Its place shows its states.
type user struct {
	*place
	process int
	id      uint64
	number  int // from 1, in the order in which the process's threads are met
	name    string

	state  string // the slice that is open; "": none
	vp     *vp    // that runs it
	arrows []flow // to where it runs next
}

// place is a track for user threads: of one, or of those that have had the same stack one after the
// other, each of which has a slice there around its states.
type place struct {
	track
	threads []*user
	now     *user // whose slices are open, or were last
}

func (u *user) label() string {
	if u.name != "" {
		return fmt.Sprintf("thread %d %s", u.number, u.name)
	}
	return fmt.Sprintf("thread %d", u.number)
}

// userKey names a user thread, slotKey a slot, vpKey a VP: by the process, and its number there.
type (
	userKey struct {
		process int
		id      uint64
	}
	slotKey struct {
		process int
		slot    uint32
	}
	vpKey struct{ process, number int }
)

// users is what is known of programs of user threads.
type users struct {
	all    map[userKey]*user
	vps    map[vpKey]*vp
	slots  map[slotKey]*user
	count  map[int]int // of a process\'s threads
	list   []*user
	places []*place
	vpList []*vp // in the order in which they are met
}

// Beyond ownTracks user threads of a process those with the same stack share a track. Beyond
// maxUserTracks tracks there are no more: other threads are seen on VPs only.
const (
	ownTracks     = 100
	maxUserTracks = 1000
)

// thread returns the user thread of an ID, nil for 0.
func (s *users) thread(process int, id uint64) *user {
	if id == 0 {
		return nil
	}
	key := userKey{process, id}
	u := s.all[key]
	if u == nil {
		s.count[process]++
		u = &user{process: process, id: id, number: s.count[process]}
		s.all[key] = u
		s.list = append(s.list, u)
	}
	return u
}

func (s *users) vp(process, number int) *vp {
	key := vpKey{process, number}
	v := s.vps[key]
	if v == nil {
		v = &vp{process: process, number: number}
		v.pid, v.tid = process, vpTID+len(s.vpList)
		s.vps[key] = v
		s.vpList = append(s.vpList, v)
	}
	return v
}

// meetUser gets to know what a process has recorded.
func (c *converter) meetUser(e at) {
	switch e.Kind {
	case trace.UserRun:
		c.users.vp(e.process, int(e.Thread))
		c.users.thread(e.process, e.A)
	case trace.UserReady:
		c.users.thread(e.process, e.B)
		c.users.thread(e.process, e.A)
	case trace.UserName:
		if u := c.users.thread(e.process, e.A); u != nil {
			first, second := trace.PackName(u.name)
			if e.Thread == 0 {
				first = e.B
			} else {
				second = e.B
			}
			u.name = trace.UnpackName(first, second)
		}
	}
}

// placeUsers gives all user threads their tracks.
func (s *users) placeUsers() {
	const address = 1<<48 - 1 // of the stack, in an ID; above it is how often that has been used
	stacks := map[userKey]*place{}
	for _, u := range s.list {
		key := userKey{u.process, u.id}
		if s.count[u.process] > ownTracks {
			key.id &= address
		}
		pl := stacks[key]
		if pl == nil {
			pl = &place{}
			pl.pid, pl.tid = u.process, userTID+len(stacks)
			pl.hidden = len(stacks) >= maxUserTracks
			stacks[key] = pl
			s.places = append(s.places, pl)
		}
		u.place = pl
		pl.threads = append(pl.threads, u)
	}
}

// name is that of its only thread, or the numbers of the first ones.
func (pl *place) name() string {
	if len(pl.threads) == 1 {
		return pl.threads[0].label()
	}
	name := "threads"
	for i, u := range pl.threads[:min(3, len(pl.threads))] {
		if i > 0 {
			name += ","
		}
		name += fmt.Sprintf(" %d", u.number)
	}
	if len(pl.threads) > 3 {
		name += ", …"
	}
	return name
}

// nameUsers writes the names of the tracks of VPs and user threads, which come before LWPs.
func (c *converter) nameUsers() {
	for _, v := range c.users.vpList {
		c.metadata(&v.track, "thread_name", fmt.Sprintf("VP %d", v.number))
		c.metadata(&v.track, "thread_sort_index", -1<<20+v.number)
	}
	for _, pl := range c.users.places {
		c.metadata(&pl.track, "thread_name", pl.name())
		c.metadata(&pl.track, "thread_sort_index", -1<<19+pl.threads[0].number)
	}
}

// userEvent plays an event that a process has recorded.
func (c *converter) userEvent(e at) {
	switch e.Kind {
	case trace.UserRun:
		c.userRun(e)
	case trace.UserReady:
		u, by := c.users.thread(e.process, e.A), c.users.thread(e.process, e.B)
		if u == nil || u.vp != nil {
			return
		}
		c.put(u, ready, nil)
		if by != nil && by.depth > 0 {
			u.arrows = append(u.arrows, c.depart(&by.track, "ready"))
		}
	}
}

// userRun plays a VP's going to another user thread, or to its scheduler.
func (c *converter) userRun(e at) {
	v, u := c.users.vp(e.process, int(e.Thread)), c.users.thread(e.process, e.A)
	how, lwp := trace.UnpackLeft(e.B)
	if l := c.lwps[[2]int{e.process, lwp}]; l != nil {
		c.serve(l, v)
	}
	if old := v.runs; old != nil && old != u {
		state := ready
		switch how {
		case trace.LeftWaiting:
			state = waiting
		case trace.LeftDone:
			state = ""
		}
		c.takeOff(v, state, nil)
	}
	if u != nil && u.vp != nil && u.vp != v { // it left there, and the event that said so is lost
		old := u.vp
		c.takeOff(old, ready, nil)
		c.show(old)
	}
	v.runs, v.upcall = u, ""
	if u != nil {
		u.vp = v
	}
	c.show(v)
	if u == nil || u.depth == 0 {
		return
	}
	for _, f := range append(u.arrows, v.arrow) {
		c.arrive(f, &u.track)
	}
	u.arrows, v.arrow = nil, flow{}
}

// serve makes l the LWP that serves v.
func (c *converter) serve(l *thread, v *vp) {
	if v.lwp != nil {
		v.lwp.vp = nil
	}
	if l.vp != nil {
		l.vp.lwp = nil
	}
	v.lwp, l.vp = l, v
}

// takeOff takes its thread off a VP.
func (c *converter) takeOff(v *vp, state string, a args) {
	c.put(v.runs, state, a)
	v.runs.vp, v.runs = nil, nil
}

// upcall plays an upcall, or that an LWP has become a VP.
func (c *converter) upcall(e at, l *thread) {
	number, why, slot := trace.UnpackUpcall(e.B)
	v := c.users.vp(l.process, number)
	was := v.lwp
	c.serve(l, v)
	if why == 0 {
		return
	}
	if v.runs != nil {
		if why == sa.Blocked {
			c.users.slots[slotKey{l.process, slot}] = v.runs
			state, u := blocked, v.runs
			if was != nil && was.call != "" {
				state += " in " + was.call
			}
			c.takeOff(v, state, args{"slot": slot})
			v.arrow, v.via = c.depart(&u.track, "block"), false
		} else {
			c.takeOff(v, ready, nil)
		}
	}
	if u := c.users.slots[slotKey{l.process, slot}]; why == sa.Signal && u != nil && u.vp == nil {
		c.put(u, signalled, args{"slot": slot})
	}
	v.upcall, v.fresh = "upcall: "+upcallName(why), true
}

func upcallName(why uint32) string {
	switch why {
	case sa.Added:
		return "added"
	case sa.Blocked:
		return "blocked"
	case sa.Preempted:
		return "preempted"
	case sa.Signal:
		return "signal"
	}
	return fmt.Sprint(why)
}

// save plays the kernel's giving a thread back in a slot: that of the VP which l serves, or the one
// whose call l has ended.
func (c *converter) save(l *thread, slot uint32) {
	key := slotKey{l.process, slot}
	if v := l.vp; v != nil && v.runs != nil {
		c.users.slots[key] = v.runs
		c.takeOff(v, ready, args{"slot": slot, "why": "taken off"})
		v.upcall = "taken off"
		return
	}
	if u := c.users.slots[key]; u != nil && u.vp == nil && u.state != "" {
		c.put(u, ready, args{"slot": slot, "why": "its call has ended"})
		if l.depth > 0 {
			u.arrows = append(u.arrows, c.depart(&l.track, "resume"))
		}
	}
}

// put changes the slice of a user thread's state; "": it is gone, or nothing is known of it.
func (w *writer) put(u *user, state string, a args) {
	if u.state == state {
		return
	}
	if u.now != u && state != "" {
		if u.now != nil { // it is gone, and the event that said so is lost
			w.put(u.now, "", nil)
		}
		u.now = u
	}
	shared := len(u.threads) > 1
	if u.state != "" {
		w.end(&u.track, nil)
		if state == "" && shared {
			w.end(&u.track, nil)
		}
	} else if shared {
		w.begin(&u.track, u.label(), nil)
	}
	if u.state = state; state != "" {
		w.begin(&u.track, state, a)
	}
}

// show brings the tracks of a VP, and of the thread that it runs, up to what its LWP does.
func (c *converter) show(v *vp) {
	if v == nil {
		return
	}
	want, state := scheduler, running
	switch {
	case v.runs != nil:
		want = v.runs.label()
	case v.upcall != "":
		want = v.upcall
	}
	if l := v.lwp; l != nil {
		switch {
		case l.gone:
			want, state = "", ""
		case v.fresh && l.state != running:
		case l.state == ready:
			want, state = noCPU, noCPU
		case l.state == running || l.state == "":
			v.fresh = false
		case v.runs != nil:
			want, state = l.state+": "+want, l.state
			if l.call == "" { // an activation that has been stopped where it is
				want, state = noCPU, noCPU
			}
		case l.idle || l.call != "":
			want = idle
		default:
			want = noCPU
		}
	}
	if want != v.shows {
		if v.shows != "" {
			c.end(&v.track, nil)
		}
		if v.shows = want; want != "" {
			var a args
			if v.lwp != nil && v.lwp.lwp != 0 {
				a = args{"LWP": v.lwp.lwp}
			}
			c.begin(&v.track, want, a)
		}
		if want != "" && want == v.upcall && !v.via {
			c.pass(&v.arrow, &v.track)
			v.via = true
		}
	}
	if v.runs != nil {
		c.put(v.runs, state, args{"VP": v.number})
	}
}

// gone is the end of a kernel thread: with a process's last its user threads are gone too.
func (c *converter) gone(l *thread) {
	l.gone = true
	c.show(l.vp)
	for _, t := range c.threads {
		if t.process == l.process && !t.gone {
			return
		}
	}
	c.closeUsers(func(process int) bool { return process == l.process })
}

// closeUsers ends the slices of user threads and VPs.
func (c *converter) closeUsers(of func(process int) bool) {
	for _, v := range c.users.vpList {
		if of(v.process) {
			if v.shows != "" {
				c.end(&v.track, nil)
			}
			v.shows, v.lwp, v.runs = "", nil, nil
		}
	}
	for _, u := range c.users.list {
		if of(u.process) {
			c.put(u, "", nil)
			u.vp = nil
		}
	}
}

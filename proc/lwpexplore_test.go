package proc_test

import (
	"bytes"
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"gossamer/kernel/sched"
	"gossamer/proc"
	"gossamer/proc/proctest"
	"gossamer/ulib/abi"
)

// nrNext is a call of the explorer's: (sequence, result) tells the result of the last order, and
// waits for the next one.
const nrNext = 2000

// explorer carries out orders in a process and compares it with the model after each.
type explorer struct {
	*proctest.Kit
	entry   uint64 // where an LWP begins
	handler uint64

	mu      sync.Mutex
	actors  map[int64]*actor
	results [slots]int64
	handled [slots]bool

	pid int64
	ids [slots]int64 // of each slot, also one whose LWP is gone
}

// An actor is the kernel's side of nrNext for one LWP.
type actor struct {
	slot  int
	done  uint64 // sequence number of the last result
	order uint64
	queue sched.WaitQueue
}

var orderCodes = []string{"", "create", "create-suspended", "create-detached", "park", "unpark", "suspend",
	"continue", "kill", "detach", "wait", "exit"}

func (x *explorer) next(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	x.mu.Lock()
	defer x.mu.Unlock()
	me := x.actors[int64(l.ID)]
	if a[0] > me.done {
		me.done = a[0]
		x.results[me.slot] = int64(a[1])
	}
	for me.order == 0 {
		if err := me.queue.Wait(l.Thread, &x.mu); err != nil {
			return 0, proc.Errno(err)
		}
	}
	o := me.order
	me.order = 0
	return o, 0
}

// act is the program of every LWP.
func (x *explorer) act(u *user) {
	result := int64(0)
	for seq := uint64(0); ; {
		c := u.Call(nrNext, seq, uint64(result))
		if c == -int64(syscall.EINTR) {
			continue
		}
		seq++
		result = x.perform(u, orderCodes[c&0xff], uint64(c>>8))
	}
}

// perform makes a call. Target is a number, 0 for any.
func (x *explorer) perform(u *user, what string, target uint64) int64 {
	const at = scratch + 0x1000
	switch what {
	case "create", "create-suspended", "create-detached":
		c := abi.LWPContext{Flags: abi.ContextCPU, RIP: x.entry, RSP: scratch + 0x4000 + target*0x1000}
		u.Store(at+16, unsafe.Slice((*byte)(unsafe.Pointer(&c)), abi.LWPContextHeadSize))
		flags := map[string]uint64{"create-suspended": abi.LWPSuspended, "create-detached": abi.LWPDetached}[what]
		return u.Call(abi.SysLWPCreate, at+16, flags, at)
	case "park":
		return u.Call(abi.SysLWPPark)
	case "unpark":
		return u.Call(abi.SysLWPUnpark, target)
	case "suspend":
		return u.Call(abi.SysLWPSuspend, target)
	case "continue":
		return u.Call(abi.SysLWPContinue, target)
	case "kill":
		return u.Call(abi.SysLWPKill, target, 10)
	case "detach":
		return u.Call(abi.SysLWPDetach, target)
	case "wait":
		mine := at + 8*u.Call(abi.SysLWPSelf)%0x800
		if r := u.Call(abi.SysLWPWait, target, uint64(mine)); r != 0 {
			return r
		}
		return int64(word(u, uint64(mine)))
	case "exit":
		u.Call(abi.SysLWPExit)
	}
	panic(what)
}

// begin makes a fresh process with one LWP.
func (x *explorer) begin(u *user) {
	x.ids = [slots]int64{}
	x.mu.Lock()
	x.actors = make(map[int64]*actor)
	x.mu.Unlock()
	ready := u.Fork(func(u *user) {
		sigaction(u, 10, x.handler, 0, 0)
		x.mu.Lock()
		x.actors[u.Call(39)] = &actor{}
		x.mu.Unlock()
		x.act(u)
	})
	x.pid, x.ids[0] = ready, ready
	x.quiesce()
}

// end kills the process, in whatever state, or finds it ended.
func (x *explorer) end(u *user, ended bool) {
	want := uint32(9)
	if ended {
		want = 0
	} else {
		u.Call(62, uint64(x.pid), 9)
	}
	if id, status := u.Wait(x.pid, 0); id != x.pid || status != want {
		x.T.Errorf("the process ends with %d, %#x", id, status)
	}
}

// quiesce waits until every thread but the caller's sleeps.
func (x *explorer) quiesce() {
	asleep := func() bool {
		running := 0
		for _, t := range sched.Threads() {
			switch t.State() {
			case sched.Blocked:
			case sched.Running:
				running++
			default:
				return false
			}
		}
		return running == 1
	}
	// Seen asleep one by one, somebody may have been woken by one that was seen later. Then he is
	// awake at the second look, or has run in between.
	for end := time.Now().Add(proctest.Patience); ; {
		n := sched.ReadStats().Switches
		if asleep() && asleep() && sched.ReadStats().Switches == n {
			return
		}
		if time.Now().After(end) {
			x.T.Fatalf("no rest\n%s", x.Log())
		}
		runtime.Gosched()
	}
}

// carryOut does one order and returns which of the outcomes it had.
func (x *explorer) carryOut(m *model, o order) (model, error) {
	allowed := m.do(o)
	x.mu.Lock()
	for i := range slots {
		x.results[i], x.handled[i] = noResult, false
	}
	target := int64(0)
	if o.target < slots {
		target = x.ids[o.target]
	}
	if o.creates() {
		slot := m.freeSlot()
		target = int64(slot)
		// The number that was free longest would be safe; this one is the most dangerous.
		id := x.ids[slot]
		if id == 0 {
			id = x.Sys.LastNumber() + 1
		}
		x.Sys.SetLastNumber(id - 1)
		x.ids[slot] = id
		x.actors[id] = &actor{slot: int(slot)}
	}
	me := x.actors[x.ids[o.by]]
	for code, what := range orderCodes {
		if what == o.what {
			me.order = uint64(code) | uint64(target)<<8
		}
	}
	me.queue.WakeAll()
	x.mu.Unlock()
	x.quiesce()

	x.mu.Lock()
	defer x.mu.Unlock()
	got := outcome{results: x.results, handled: x.handled}
	for i, r := range got.results { // numbers to slots
		if r > 0 && r != noResult {
			for n, id := range x.ids {
				if id == r {
					got.results[i] = int64(n)
				}
			}
		}
	}
	for _, a := range allowed {
		if a.results == got.results && a.handled == got.handled && x.looksLike(&a.model) == nil {
			return a.model, nil
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%v in %+v\n results %v handled %v; allowed:\n", o, *m, got.results, got.handled)
	for _, a := range allowed {
		fmt.Fprintf(&b, " results %v handled %v %+v: %v\n", a.results, a.handled, a.model, x.looksLike(&a.model))
	}
	return *m, fmt.Errorf("%s", b.String())
}

// looksLike compares what _lwp_info knows with the model.
func (x *explorer) looksLike(m *model) error {
	if m.ended {
		return nil // end looks at it
	}
	p := x.Sys.Find(proc.PID(x.pid))
	var have [slots]abi.LWPInfo
	n := 0
	for l := p.NextLWP(0); l != nil; l = p.NextLWP(l.ID) {
		info := l.Info()
		n++
		for i, id := range x.ids {
			if id == int64(info.LID) {
				have[i] = info
			}
		}
	}
	for i := range m.lwps {
		l, info := &m.lwps[i], &have[i]
		if info.State != m.state(i) || l.phase == living && (info.Flags&abi.InfoDetached != 0) != l.detached {
			return fmt.Errorf("LWP %d: state %d, flags %d", i, info.State, info.Flags)
		}
		if info.State != 0 {
			n--
		}
		if info.State == abi.StateSleeping {
			want := map[doing]string{idle: "call 2000", parked: "_lwp_park", waiting: "_lwp_wait"}[l.doing]
			if got := string(bytes.TrimRight(info.WaitChannel[:], "\x00")); got != want {
				return fmt.Errorf("LWP %d sleeps in %s, want %s", i, got, want)
			}
		}
	}
	if n != 0 {
		return fmt.Errorf("%d LWPs that ought to be gone", n)
	}
	return nil
}

// node is a state of the model that has been reached.
type node struct {
	path  []order // from the start
	via   []model // the states on the way, the first and this one included
	todo  []order // orders not tried yet
	tries int     // how often it was set out for
}

// exploreDepth bounds the number of orders in a row. 6 means 17 000 states, 115 000 orders.
var exploreDepth = 6

// Every sequence of orders to at most three LWPs, up to a length, does what the model says; two
// sequences that lead the model to the same state count as one from there on. So no wake-up is
// lost, nobody is hit who has another's old number, and no LWP is left over; and the process can
// be killed in every state.
func TestExploreLWPs(t *testing.T) {
	x := &explorer{Kit: proctest.New(t)}
	x.Sys.Calls[nrNext] = x.next
	x.entry = x.Entry(x.act)
	x.handler = x.Handler(func(u *user, sig int, info []byte) {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.handled[x.actors[u.Call(abi.SysLWPSelf)].slot] = true
	})
	x.Patience = 10 * proctest.Patience
	depth := exploreDepth
	if testing.Short() {
		depth = 3
	}
	tried, runs := 0, 0
	x.Run(func(u *user) {
		first := startModel()
		known := map[model]*node{first: {via: []model{first}, todo: first.orders()}}
		open := []model{first}
		for len(open) > 0 {
			at := known[open[len(open)-1]]
			if len(at.todo) == 0 {
				open = open[:len(open)-1]
				continue
			}
			if at.tries++; at.tries > 1000 {
				t.Fatalf("%v does not lead there again", at.path)
			}
			// Go there, then on along what has not been tried; likewise if one gets elsewhere.
			runs++
			x.begin(u)
			m := first
			for step := 0; !m.ended; step++ {
				n := known[m]
				var o order
				if step < len(at.path) && m == at.via[step] {
					o = at.path[step]
				} else if last := len(n.todo) - 1; last >= 0 {
					o, n.todo = n.todo[last], n.todo[:last]
					tried++
				} else {
					break
				}
				to, err := x.carryOut(&m, o)
				if err != nil {
					t.Errorf("after %v: %v", n.path, err)
					x.end(u, false)
					return
				}
				if old := known[to]; old == nil || len(n.path)+1 < len(old.path) {
					fresh := &node{path: append(n.path[:len(n.path):len(n.path)], o), via: append(n.via[:len(n.via):len(n.via)], to)}
					switch {
					case len(fresh.path) >= depth:
					case old != nil && len(old.path) < depth:
						fresh.todo = old.todo
					default:
						fresh.todo = to.orders()
						open = append(open, to)
					}
					known[to] = fresh
				}
				m = to
			}
			x.end(u, m.ended)
		}
		t.Logf("%d states, %d orders tried, %d processes", len(known), tried, runs)
	})
}

package goos

import (
	"math/rand/v2"
	"sort"
	"syscall"
	"testing"
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/kernel/frame"
)

// The queues and the clock on a host: CPU records and threads in memory that is not the Go
// runtime's, as in the kernel; no interrupt and no timer (a CPU whose timer is armed for tick
// 1 is never armed again).

var (
	arena   = mustMap(4 * amd64.CPUBlock)
	threadN int
)

func mustMap(n int) []byte {
	b, err := syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(err)
	}
	return b
}

func machine(t *testing.T) *amd64.CPU {
	frame.DirectMap = uintptr(unsafe.Pointer(unsafe.SliceData(arena)))
	amd64.SetBlocks(0, 2)
	for i := range uint64(2) {
		c := amd64.At(i)
		c.ID, c.Armed = i, 1
		idle := newHostThread()
		idle.idle = 1
		c.IdleThr = idle.addr()
		c.SetCur(c.IdleThr)
	}
	readyHead, readyTail = 0, 0
	clear(futexHead[:])
	clear(futexTail[:])
	setClock(amd64.RDTSC(), 2_500_000_000, 0)
	return amd64.At(0)
}

func newHostThread() *thread {
	t := (*thread)(unsafe.Pointer(unsafe.SliceData(mustMap(frame.Size))))
	threadN++
	t.id = uint64(threadN)
	return t
}

// run makes t the current thread of c.
func run(c *amd64.CPU, t *thread) {
	t.state = running
	t.cpu = c.ID
	c.SetCur(t.addr())
}

func TestReadyQueueIsFirstInFirstOut(t *testing.T) {
	c := machine(t)
	var ts [5]*thread
	for i := range ts {
		ts[i] = newHostThread()
		wake(c, ts[i])
	}
	removeReady(ts[2])
	for _, i := range []int{0, 1, 3, 4} {
		schedule(c)
		if current(c) != ts[i] || ts[i].state != running {
			t.Fatalf("thread %d runs, want %d", current(c).id, ts[i].id)
		}
	}
	schedule(c)
	if c.Cur() != c.IdleThr || c.Idle != 1 {
		t.Fatal("nobody is ready, and the CPU is not idle")
	}
}

func TestYieldGoesToTheEnd(t *testing.T) {
	c := machine(t)
	a, b := newHostThread(), newHostThread()
	run(c, a)
	yield(c, false)
	if current(c) != a {
		t.Fatal("a thread that is alone lost its CPU")
	}
	wake(c, b)
	yield(c, false)
	if current(c) != b || a.state != ready {
		t.Fatal("the other thread does not run")
	}
}

func TestWokenThreadsRunBeforePatientOnes(t *testing.T) {
	c := machine(t)
	var ts [6]*thread
	for i := range ts {
		ts[i] = newHostThread()
	}
	expect := func(want ...int) {
		t.Helper()
		for _, i := range want {
			schedule(c)
			if current(c) != ts[i] {
				t.Fatalf("thread %d runs, want %d", current(c).id, ts[i].id)
			}
		}
	}
	run(c, ts[0])
	wake(c, ts[1])
	yield(c, true) // 1 runs; 0 is patient
	wake(c, ts[2])
	wake(c, ts[3])
	yield(c, false) // 2 runs; 3, 1, 0
	wake(c, ts[4])
	yield(c, true) // 3 runs; 1, 4, 0, 2
	if current(c) != ts[3] {
		t.Fatalf("thread %d runs, want %d", current(c).id, ts[3].id)
	}
	expect(1, 4, 0, 2)

	for _, i := range []int{0, 1, 2, 3} {
		ts[i].patient = i%2 != 0
		pushReady(ts[i])
	}
	promote() // 1, 0, 2, 3
	wake(c, ts[4])
	expect(1, 0, 2, 4, 3)
	promote()
	wake(c, ts[5])
	promote()
	expect(5)
	schedule(c)
	if c.Cur() != c.IdleThr {
		t.Fatal("nobody is ready, and the CPU is not idle")
	}
}

func TestWakeTakesTheIdleCPUItIsOn(t *testing.T) {
	c := machine(t)
	schedule(c)
	w := newHostThread()
	wake(c, w)
	if c.Idle != 0 || !kicked(c) {
		t.Fatal("an idle CPU does not look at what it has woken itself")
	}
}

func TestFutex(t *testing.T) {
	c := machine(t)
	words := (*[2]uint32)(unsafe.Pointer(unsafe.SliceData(mustMap(frame.Size))))
	p := uint64(uintptr(unsafe.Pointer(words)))
	wait := func(i int, value, timeout uint64) *thread {
		w := newHostThread()
		run(c, w)
		w.DI, w.SI, w.DX = p+uint64(4*i), futexWait|futexPrivate, value
		if timeout != 0 {
			spec := mustMap(frame.Size)
			spec[8] = byte(timeout)
			w.R10 = uint64(uintptr(unsafe.Pointer(unsafe.SliceData(spec))))
		}
		futex(c, w)
		return w
	}
	wakeAt := func(i int, n uint64) uint64 {
		w := newHostThread()
		run(c, w)
		w.DI, w.SI, w.DX = p+uint64(4*i), futexWake|futexPrivate, n
		futex(c, w)
		return w.AX
	}
	if w := wait(0, 1, 0); w.AX != errno(eagain) || w.state != running {
		t.Fatal("waited though the word has another value")
	}
	a, b, other := wait(0, 0, 0), wait(0, 0, 0), wait(1, 0, 0)
	if n := wakeAt(0, 1); n != 1 || a.state != ready || b.state != waitFutex || other.state != waitFutex {
		t.Fatalf("woke %d; states %d %d %d", n, a.state, b.state, other.state)
	}
	if n := wakeAt(0, 10); n != 1 || b.state != ready || b.AX != 0 {
		t.Fatalf("woke %d, want the second waiter", n)
	}
	if n := wakeAt(1, 1); n != 1 || other.state != ready {
		t.Fatal("the waiter of the other word did not wake")
	}
	timed := wait(0, 0, 1)
	for amd64.RDTSC() < timed.deadline {
	}
	expire(c)
	if timed.state != ready || timed.AX != errno(etimedout) || wakeAt(0, 1) != 0 {
		t.Fatalf("a timeout left state %d, result %d", timed.state, int64(timed.AX))
	}
}

func TestSleepersAreInOrder(t *testing.T) {
	c := machine(t)
	var want []uint64
	var ts []*thread
	for range 50 {
		w := newHostThread()
		run(c, w)
		w.state = waitSleep
		d := amd64.RDTSC() + 1<<50 + rand.Uint64N(1000)
		sleepUntil(c, w, d)
		want = append(want, d)
		ts = append(ts, w)
	}
	dropSleeper(ts[7])
	dropSleeper(ts[7])
	want = append(want[:7], want[8:]...)
	sort.Slice(want, func(i, j int) bool { return want[i] < want[j] })
	i := 0
	for p := c.Sleepers; p != 0; p = at(p).nextSleep {
		if at(p).deadline != want[i] {
			t.Fatalf("sleeper %d has deadline %d, want %d", i, at(p).deadline, want[i])
		}
		i++
	}
	if i != len(want) {
		t.Fatalf("%d sleepers, want %d", i, len(want))
	}
	expire(c)
	if readyHead != 0 {
		t.Fatal("somebody woke before time")
	}
}

// Is tscAt the inverse of the clock, for any rate, and for ever?
func TestClock(t *testing.T) {
	for _, hz := range []uint64{10_000_000, 1_000_000_000, 2_596_123_457, 5_850_000_001, 20_000_000_000} {
		setClock(0, hz, 0)
		for _, ns := range []uint64{2, 1000, 1e9, 86400 * 1e9, 3650 * 86400 * 1e9, 25 * 365 * 86400 * 1e9} {
			at := tscAt(ns)
			if got := nanoseconds(at) + 1; got < ns || got > ns+2+1e9/hz {
				t.Errorf("%d Hz: at the alarm for %d ns the clock says %d", hz, ns, got)
			}
			if got := nanoseconds(at-1) + 1; got >= ns {
				t.Errorf("%d Hz: the alarm for %d ns is late", hz, ns)
			}
		}
		if ticks(^uint64(0)) == 0 || tscAt(^uint64(0)) < tscAt(1e18)/2 {
			t.Errorf("%d Hz: for ever is soon", hz)
		}
	}
}

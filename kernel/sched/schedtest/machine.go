package schedtest

import (
	"sync"
	"testing"
	"time"

	"gossamer/kernel/sched"
)

// Dispatchers is how many there are.
const Dispatchers = 2

// Machine is a sched.Machine on goroutines.
type Machine struct {
	start time.Time

	mu     sync.Mutex
	manual bool
	now    int64         // in manual mode
	skew   time.Duration // what manual mode has put the clock forward
	wake   int64         // asked for by SetWake
	timer  *time.Timer
	kicks  map[*sched.Thread]int
}

var (
	once   sync.Once
	system *Machine
)

// Boot starts the scheduler if this is the first call, and returns its machine. The test fails
// if it leaves more threads behind than it found.
func Boot(tb testing.TB) *Machine {
	tb.Helper()
	once.Do(func() {
		system = New()
		sched.Start(system, Dispatchers)
	})
	before := sched.ReadStats().Threads
	tb.Cleanup(func() {
		for end := time.Now().Add(Patience); sched.ReadStats().Threads > before; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				tb.Errorf("threads left behind:\n%s", dump())
				return
			}
		}
	})
	return system
}

// New makes a machine that no scheduler runs on yet.
func New() *Machine {
	m := &Machine{start: time.Now(), kicks: make(map[*sched.Thread]int)}
	m.timer = time.AfterFunc(time.Hour, sched.TimerTick)
	m.timer.Stop()
	return m
}

// Now implements sched.Machine.
func (m *Machine) Now() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.nowLocked()
}

func (m *Machine) nowLocked() int64 {
	if m.manual {
		return m.now
	}
	return 1 + int64(time.Since(m.start)+m.skew)
}

// SetWake implements sched.Machine.
func (m *Machine) SetWake(deadline int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wake = deadline
	m.setTimer()
}

func (m *Machine) setTimer() {
	m.timer.Stop()
	if m.wake != 0 && (!m.manual || m.wake <= m.now) {
		m.timer.Reset(time.Duration(m.wake - m.nowLocked()))
	}
}

// Kick implements sched.Machine: it counts.
func (m *Machine) Kick(t *sched.Thread) {
	m.mu.Lock()
	m.kicks[t]++
	m.mu.Unlock()
}

// Kicks is how often t has been kicked.
func (m *Machine) Kicks(t *sched.Thread) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kicks[t]
}

// Manual stops the clock until Advance moves it. Real time comes back at the end of the test.
func (m *Machine) Manual(tb testing.TB) {
	m.mu.Lock()
	m.now, m.manual = m.nowLocked(), true
	m.setTimer()
	m.mu.Unlock()
	tb.Cleanup(func() {
		m.mu.Lock()
		m.manual = false
		m.skew = max(0, time.Duration(m.now)-time.Since(m.start)) // never backwards
		m.setTimer()
		m.mu.Unlock()
	})
}

// Advance moves the clock of a Manual test on; the deadlines passed have been acted upon when it
// returns.
func (m *Machine) Advance(d time.Duration) {
	m.mu.Lock()
	if !m.manual {
		panic("schedtest: Advance without Manual")
	}
	m.now += int64(d)
	m.mu.Unlock()
	sched.TimerTick()
}

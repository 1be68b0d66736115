package ktest

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"gossamer/arch/amd64"
	"gossamer/kernel/frame"
	"gossamer/kernel/goos"
	"gossamer/kernel/machine"
	"gossamer/kernel/mem"
	"gossamer/kernel/sched"
)

// Does a frame that is freed become free?
func framesDoNotLeak(*sched.Thread) error {
	m := mem.NewFrames(goos.Frames{})
	round := func() error {
		var list []frame.Frame
		for range 1000 {
			f, ok := m.Alloc()
			if !ok {
				return fmt.Errorf("no frame after %d", len(list))
			}
			list = append(list, f)
		}
		for _, f := range list {
			m.Free(f)
		}
		m.Drain()
		return nil
	}
	if err := round(); err != nil {
		return err
	}
	heap := goos.HeapFrames()
	_, before, _ := frame.Stats()
	for range 5 {
		if err := round(); err != nil {
			return err
		}
	}
	_, after, _ := frame.Stats()
	grown := goos.HeapFrames() - heap
	if lost := int64(before) - int64(after) - int64(grown); lost > 64 { // others run meanwhile
		return fmt.Errorf("%d frames lost in 5000", lost)
	}
	return nil
}

// Does the kernel go on when NMIs come at any instruction?
func nmiSurvived(*sched.Thread) error {
	before := atomic.LoadUint64(&amd64.NMIs)
	const n = 200
	sent := uint64(0)
	for i := range n {
		sent += amd64.Bare(sendNMIs, 0, 0)
		garbage = make([]byte, i)
	}
	for i := 0; atomic.LoadUint64(&amd64.NMIs) == before; i++ {
		if i == 1e8 {
			return fmt.Errorf("%d NMIs sent, none came", sent)
		}
	}
	return nil
}

// sendNMIs sends one to every CPU. NMIs that meet one that is being served merge with it.
func sendNMIs(c *amd64.CPU, _, _ uint64) (n uint64) {
	for i := range amd64.CPUs() {
		amd64.SendNMI(amd64.At(i).APICID)
		n++
	}
	return n
}

// Do goroutines get every CPU to work?
func everyCPU(*sched.Thread) error {
	n := runtime.GOMAXPROCS(0)
	if uint64(n) != amd64.CPUs() {
		return fmt.Errorf("GOMAXPROCS is %d, there are %d CPUs", n, amd64.CPUs())
	}
	var seen [amd64.MaxCPU]atomic.Bool
	var stop atomic.Bool
	done := make(chan bool)
	for range n {
		go func() {
			for !stop.Load() {
				seen[amd64.Bare(whichCPU, 0, 0)].Store(true)
			}
			done <- true
		}()
	}
	missing := -1
	for range 1000 { // a second at most
		missing = -1
		for i := range n {
			if !seen[i].Load() {
				missing = i
			}
		}
		if missing < 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	stop.Store(true)
	for range n {
		<-done
	}
	if missing >= 0 {
		return fmt.Errorf("nothing ran on CPU %d", missing)
	}
	return nil
}

// Do goroutines run, those in a processor's own queue and those that wait for any, while a thread only
// yields to them as it does at the end of a slice?
func goroutinesGetTurns(*sched.Thread) error {
	const n = 400     // more than a processor's own queue holds
	const enough = 10 // turns; the runtime looks at the common queue in every 61st by itself
	var ran atomic.Int64
	for range n {
		go func() { ran.Add(1) }()
	}
	var m machine.Sched
	for turns := 0; ran.Load() < n; turns++ {
		if turns == enough && amd64.CPUs() == 1 { // another CPU may have taken some, and be slow
			return fmt.Errorf("%d of %d goroutines have run in %d turns", ran.Load(), n, turns)
		}
		m.YieldToGo()
	}
	return nil
}

func whichCPU(c *amd64.CPU, _, _ uint64) uint64 { return c.ID }

// Do CPUs with nothing to do halt, without a tick? The runtime may still be busy with what the
// last test left (sweeping, giving memory back), so the quietest of some intervals counts.
func idleHalts(t *sched.Thread) error {
	const interval = 300e6 // a tick of 100 Hz would be 30 interrupts a CPU
	least := ^uint64(0)
	for range 20 {
		before := ticks()
		t.Sleep(interval)
		if least = min(least, ticks()-before); least <= 5+5*amd64.CPUs() {
			return nil
		}
	}
	return fmt.Errorf("never less than %d timer interrupts in 0.3 idle seconds on %d CPUs", least, amd64.CPUs())
}

func ticks() (n uint64) {
	for i := range amd64.CPUs() {
		n += amd64.At(i).Ticks
	}
	return n
}

// Package memtest is a machine to test on: memory made of host memory under the real frame
// allocator, a page table in software, and failures on demand. Only tests import it.
//
// There is one physical memory in a program, so one Machine at a time.
package memtest

import (
	"runtime"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
)

// Machine is physical memory and what hands it out. It implements mem.Frames and the
// TableSource of package mmu.
type Machine struct {
	*mem.Magazine
	t testing.TB

	// KernelRoot is a page table root without entries.
	KernelRoot frame.Addr

	mu      sync.Mutex
	fail    int                 // which allocation from now on fails, 1 is the next; 0 none
	failed  bool                // it did
	reached map[frame.Frame]int // frames that a CPU may still reach, by how many pages
}

type source struct{}

func (source) AllocBatch(out []frame.Frame) int { return frame.AllocBatch(0, out) }
func (source) FreeBatch(in []frame.Frame)       { frame.FreeBatch(0, in) }

// New makes a machine with the given number of bytes of memory, until t ends.
func New(t testing.TB, size int) *Machine {
	b, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
	if err != nil {
		t.Fatal(err)
	}
	frame.DirectMap = uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	frame.Pause = runtime.Gosched
	frame.Init([]frame.Range{{Start: 0, End: frame.Addr(size)}}, nil, 1)
	t.Cleanup(func() {
		frame.Init(nil, nil, 1)
		frame.DirectMap = 0
		syscall.Munmap(b)
	})
	m := &Machine{Magazine: mem.NewFrames(source{}), t: t, reached: map[frame.Frame]int{}}
	root := frame.Alloc(0)
	clear(root.Bytes()[:])
	m.KernelRoot = root.Addr()
	return m
}

// FreeFrames returns the number of frames that nobody holds.
func (m *Machine) FreeFrames() uint64 {
	m.Drain()
	_, free, _ := frame.Stats()
	return free
}

// CheckLeaks fails the test unless want frames are free and every frame was used properly.
func (m *Machine) CheckLeaks(want uint64) {
	m.t.Helper()
	if got := m.FreeFrames(); got != want {
		m.t.Errorf("%d frames leaked", int64(want-got))
	}
	if frame.Bad() != 0 {
		m.t.Errorf("%d operations on frames that were free", frame.Bad())
	}
}

// FailAt makes the n-th allocation of a frame or table from now on fail, once; 1 is the next.
func (m *Machine) FailAt(n int) {
	m.mu.Lock()
	m.fail, m.failed = n, false
	m.mu.Unlock()
}

// Failed tells whether the failure that FailAt asked for has happened.
func (m *Machine) Failed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.failed
}

// inject tells whether this allocation is to fail.
func (m *Machine) inject() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == 0 {
		return false
	}
	m.fail--
	if m.fail == 0 {
		m.failed = true
	}
	return m.failed
}

// Alloc returns a frame full of garbage.
func (m *Machine) Alloc() (frame.Frame, bool) {
	if m.inject() {
		return frame.None, false
	}
	f, ok := m.Magazine.Alloc()
	if ok {
		b := f.Bytes()
		for i := range b {
			b[i] = 0xa5
		}
	}
	return f, ok
}

// Free gives up a reference, and fails the test if it is the last one and a CPU may still
// reach the frame.
func (m *Machine) Free(f frame.Frame) {
	m.mu.Lock()
	if m.reached[f] > 0 && frame.Refs(f) == 1 {
		m.t.Errorf("frame %#x freed before Flush", f)
	}
	m.mu.Unlock()
	m.Magazine.Free(f)
}

// AllocTable returns a frame for a page table.
func (m *Machine) AllocTable() (frame.Frame, bool) { return m.Alloc() }

// FreeTable takes it back.
func (m *Machine) FreeTable(f frame.Frame) { m.Magazine.Free(f) }

// reach notes that by pages more, or fewer, may reach f.
func (m *Machine) reach(f frame.Frame, by int) {
	m.mu.Lock()
	m.reached[f] += by
	if m.reached[f] == 0 {
		delete(m.reached, f)
	}
	m.mu.Unlock()
}

package main

import (
	"runtime/debug"
	"sync"

	"gossamer/kernel/frame"
	"gossamer/kernel/goos"
	"gossamer/kernel/mem"
	"gossamer/proc"
)

// The Go heap's budget: a share of memory. Beyond it nothing that makes kernel objects on
// behalf of a program succeeds (heapOK), and the collector works harder to stay below it.
// What the heap takes all the same comes from the frame allocator's reserve, which programs
// cannot touch.
const (
	heapShare = 2
	gcPercent = 400 // the heap is small beside the budget: collect seldom
)

var heapMax uint64

func limitHeap() {
	total, _, _ := frame.Stats()
	heapMax = total * frame.Size / heapShare
	debug.SetMemoryLimit(int64(heapMax))
	debug.SetGCPercent(gcPercent)
}

// maxFilePages is what files and pipes may take of memory: nobody can kill a file, so
// some must be left for programs.
func maxFilePages() int64 {
	total, _, _ := frame.Stats()
	return int64(total / 2)
}

func heapOK() bool { return goos.HeapFrames()*frame.Size < heapMax }

// hoard is what reclaim leaves to the heap beyond what that needed when it was last asked, as a
// share of memory: so that the collector does not run for every page of a program that takes all.
const hoardShare = 32

var hoard struct {
	mu   sync.Mutex
	left uint64 // frames that the heap had after it gave back what it could
}

// reclaim has the heap give back memory that it does not need, unless it did so a little while
// ago and has not grown since. It takes some milliseconds. true: programs find free frames.
func reclaim() bool {
	hoard.mu.Lock()
	defer hoard.mu.Unlock()
	if spare() {
		return true // somebody else's doing
	}
	total, _, _ := frame.Stats()
	if goos.HeapFrames() < hoard.left+total/hoardShare {
		return false
	}
	debug.FreeOSMemory()
	hoard.left = goos.HeapFrames()
	return spare()
}

func spare() bool {
	_, free, reserve := frame.Stats()
	return free > reserve
}

func memInfo(m *mem.Magazine) proc.MemInfo {
	m.Drain()
	total, free, _ := frame.Stats()
	return proc.MemInfo{
		Total:   total * frame.Size,
		Free:    free * frame.Size,
		Heap:    goos.HeapFrames() * frame.Size,
		HeapMax: heapMax,
	}
}

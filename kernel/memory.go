package main

import (
	"runtime/debug"

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

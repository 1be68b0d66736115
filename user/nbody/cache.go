package main

import (
	"sync/atomic"

	"gossamer/ulib"
	"gossamer/ulib/sys"
)

// The tree lies in pieces of a few nodes, of which only some are in memory.
const (
	perPiece  = 8
	maxPieces = len(nodes) / perPiece
	diskTime  = 100e3 // ns to get one
)

var (
	room     int // pieces that fit
	inside   int
	here     [maxPieces]uint32 // atomic; 1: it is in memory
	lastUse  [maxPieces]uint32 // of those that are; an old value does no harm
	clock    uint32            // atomic; bodies begun
	misses   uint32
	cacheMu  ulib.Mutex
	arriving [maxPieces]bool
	arrived  ulib.Cond
)

// fit says how many per cent of the tree fit into memory. It builds the tree for its size.
func fit(share int) {
	place()
	build()
	pieces := (int(used) + perPiece - 1) / perPiece
	room = max(pieces*share/100, 2*workers)
	if share == 100 {
		room = maxPieces
		for i := range here {
			here[i] = 1
		}
	}
}

// touch waits until a node is in memory.
func touch(n int32) {
	p := n / perPiece
	if atomic.LoadUint32(&here[p]) != 0 {
		if room == maxPieces {
			return // nothing ever goes, and CPUs need not fight for lastUse
		}
		lastUse[p] = atomic.LoadUint32(&clock)
		return
	}
	cacheMu.Lock()
	for arriving[p] {
		arrived.Wait(&cacheMu)
	}
	if here[p] == 0 {
		fetch(p)
	}
	cacheMu.Unlock()
}

// fetch gets a piece, in the place of the one that has not been used for longest. cacheMu is held,
// but not during the wait for the disk: a call that blocks in the kernel.
func fetch(p int32) {
	misses++
	arriving[p] = true
	if inside == room {
		oldest := int32(-1)
		for i := range here {
			if here[i] != 0 && (oldest < 0 || lastUse[i] <= lastUse[oldest]) {
				oldest = int32(i)
			}
		}
		atomic.StoreUint32(&here[oldest], 0)
	} else {
		inside++
	}
	cacheMu.Unlock()
	sys.Sleep(diskTime)
	cacheMu.Lock()
	lastUse[p] = atomic.LoadUint32(&clock)
	atomic.StoreUint32(&here[p], 1)
	arriving[p] = false
	arrived.Broadcast()
}

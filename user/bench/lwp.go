package main

import (
	"sync/atomic"

	"gossamer/ulib/sys"
)

var (
	partner sys.LWP
	turn    uint32 // of futexPingPong: odd is the partner's; last ends it
)

const last = 1 << 31

// pass hands the turn to the other LWP and waits for it to come back.
func pass(mine uint32) bool {
	for {
		v := atomic.LoadUint32(&turn)
		switch {
		case v == last:
			return false
		case v&1 == mine:
			return true
		}
		sys.Futex(&turn, sys.FUTEX_WAIT|sys.FUTEX_PRIVATE, v, nil, nil, 0)
	}
}

func futexPartner(uintptr) {
	for pass(1) {
		atomic.AddUint32(&turn, 1)
		sys.Futex(&turn, sys.FUTEX_WAKE|sys.FUTEX_PRIVATE, 1, nil, nil, 0)
	}
}

// A turn goes to another LWP and back: two hand-offs.
func futexPingPong(n int) uint64 {
	turn = 0
	must(sys.StartLWP(&partner, futexPartner, 0), "clone")
	ping := func() {
		atomic.AddUint32(&turn, 1)
		sys.Futex(&turn, sys.FUTEX_WAKE|sys.FUTEX_PRIVATE, 1, nil, nil, 0)
		pass(0)
	}
	for range 10 {
		ping()
	}
	t := sys.RDTSC()
	for range n {
		ping()
	}
	t = sys.RDTSC() - t
	atomic.StoreUint32(&turn, last)
	sys.Futex(&turn, sys.FUTEX_WAKE|sys.FUTEX_PRIVATE, 1, nil, nil, 0)
	sys.JoinLWP(&partner)
	return t
}

func nothing(uintptr) {}

// An LWP is made, ends, and is waited for.
func cloneExitJoin(n int) uint64 {
	t := sys.RDTSC()
	for range n {
		must(sys.StartLWP(&partner, nothing, 0), "clone")
		sys.JoinLWP(&partner)
	}
	return sys.RDTSC() - t
}

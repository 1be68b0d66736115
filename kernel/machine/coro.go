package machine

import (
	_ "unsafe" // for linkname

	"gossamer/kernel/sched"
)

// coro is a coroutine of the Go runtime, what iter.Pull is made of. A switch costs no
// scheduler: coroswitch(c) suspends the calling goroutine in c and resumes the one that was
// suspended there. A coroutine may be resumed on any M as long as nobody in the game is
// locked to one.
type coro struct{}

//go:linkname newcoro runtime.newcoro
func newcoro(func(*coro)) *coro

//go:linkname coroswitch runtime.coroswitch
func coroswitch(*coro)

// Switch implements sched.Context.
func (c *coro) Switch() { coroswitch(c) }

func newContext(body func()) sched.Context {
	return newcoro(func(*coro) { body() })
}

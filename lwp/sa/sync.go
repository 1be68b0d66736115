//go:build !explore

package sa

import "sync"

// The two things below are what the explorer of ulib (kernelstep_test.go there, build tag explore)
// replaces to take a step of the kernel apart.

// mutex is held for a few instructions; nobody waits for anything but another one with it.
type mutex = sync.Mutex

// point marks a place where another CPU may get in between: before an access to what a program
// writes, or, without the lock, to what others change. It is false, to stand in conditions.
func point() bool { return false }

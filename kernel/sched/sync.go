//go:build !explore

package sched

import "sync"

// The three things below are what the explorer (explore_test.go, build tag explore) replaces to
// take every decision about who goes on next itself.

// mutex is held for a few instructions, and never across a switch.
type mutex = sync.Mutex

// point marks a place where another CPU may get in between: before an access, without a lock,
// to what others change.
func point() {}

// token is a semaphore of at most one, which one goroutine takes.
type token chan struct{}

func newToken() token { return make(token, 1) }

func (t token) give() { t <- struct{}{} }
func (t token) take() { <-t }

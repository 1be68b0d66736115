//go:build explore

package ulib

import (
	"iter"

	hosted "gossamer/lwp/sa"
)

// A step of the kernel is whole, unless the scene says fine: then what it does for an LWP is taken apart,
// at each lock, at each access to what the program writes or others change without the lock, and between
// its stores to what they read. In between everything else goes on: threads and schedulers on other VPs,
// and what of the kernel does not want the lock.

// kernelStep is what the kernel is doing for an LWP.
type kernelStep struct {
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
	wants *bool // a lock
}

// do has the kernel do something for an LWP: now, or taken apart.
func (k *kernel) do(a *actor, f func()) {
	if !k.scene.fine {
		f()
		return
	}
	k.e.check(a.step == nil, "the kernel does two things for LWP %d", a.n)
	s := &kernelStep{}
	s.next, s.stop = iter.Pull(func(yield func(struct{}) bool) {
		s.yield = yield
		defer func() {
			if p := recover(); p != nil && !k.e.aborted {
				panic(p)
			}
		}()
		f()
	})
	a.step = s
}

// advance goes on with that.
func (k *kernel) advance(a *actor) {
	k.step = a.step
	_, more := a.step.next()
	k.step = nil
	if !more {
		a.step = nil
	}
}

// pause leaves it as it is.
func (s *kernelStep) pause() {
	if !s.yield(struct{}{}) {
		panic("the run is over")
	}
}

// hookKernel has lwp/sa ask here.
func (k *kernel) hookKernel() {
	hosted.Point, hosted.Await = nil, nil
	if !k.scene.fine {
		return
	}
	hosted.Point = func() {
		if k.step != nil && !k.e.aborted {
			k.step.pause()
		}
	}
	hosted.Await = func(held *bool) {
		s := k.step
		if s == nil || k.e.aborted {
			return
		}
		s.pause()
		for *held {
			s.wants = held
			s.pause()
		}
		s.wants = nil
	}
}

// stopSteps ends what the kernel was doing when the run ended.
func (e *explorer) stopSteps() {
	for _, a := range e.actors {
		if a.step != nil {
			a.step.stop()
		}
	}
}

// inSteps reports whether the kernel is in the middle of something.
func (k *kernel) inSteps() bool {
	for _, a := range k.e.actors {
		if a.step != nil {
			return true
		}
	}
	return false
}

package xhci

import (
	"sync"
	"sync/atomic"
	"time"

	"gossamer/kernel/dev/keyboard"
)

// look looks at the fake's state.
func (f *fakeController) look(at func() bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return at()
}

// rig is a driver that runs on a fake.
type rig struct {
	*fakeController
	*Controller
	now   atomic.Int64
	mu    sync.Mutex
	typed []byte
	log   []string
	done  chan struct{}
	ended chan error
}

// boots starts the driver; it is stopped when the test ends.
func (f *fakeController) boots() (*rig, error) {
	r := &rig{fakeController: f, done: make(chan struct{}), ended: make(chan error, 1)}
	k := keyboard.New(keyboard.Config{NumLock: true, NoRepeat: true, Out: func(p []byte) {
		r.mu.Lock()
		r.typed = append(r.typed, p...)
		r.mu.Unlock()
	}})
	c, err := Start(Config{
		Registers: f, Size: fakeSize, Memory: f, Keyboard: k, Interrupt: f.irq,
		Now:   r.now.Load,
		Sleep: func(d time.Duration) { r.now.Add(int64(d)); time.Sleep(d / 1000) },
		Log: func(format string, args ...any) {
			r.mu.Lock()
			r.log = append(r.log, format)
			r.mu.Unlock()
		},
	})
	if err != nil {
		return r, err
	}
	c.limit = 200 * time.Millisecond
	r.Controller = c
	go func() { r.ended <- c.Run(r.done) }()
	return r, nil
}

func (r *rig) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return string(r.typed)
}

// until waits for something to become so.
func (r *rig) until(what string, so func() bool) {
	r.t.Helper()
	for end := time.Now().Add(20 * time.Second); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("it does not come to be: %s; typed %q, log %q, report %q", what, r.text(), r.log, r.Controller.Report())
		}
	}
}

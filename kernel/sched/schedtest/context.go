package schedtest

import "gossamer/kernel/sched"

// context is a coroutine made of a goroutine: control is handed to and fro by two channels, and
// exactly one of the two sides runs.
type context struct {
	body    func()
	in, out chan struct{}
	started bool
	inside  bool // the thread's side runs
}

// NewContext implements sched.Machine.
func (m *Machine) NewContext(body func()) sched.Context {
	return &context{body: body, in: make(chan struct{}), out: make(chan struct{})}
}

func (c *context) Switch() {
	if c.inside {
		c.inside = false
		c.out <- struct{}{}
		<-c.in
		return
	}
	c.inside = true
	if c.started {
		c.in <- struct{}{}
	} else {
		c.started = true
		go c.run()
	}
	<-c.out
}

func (c *context) run() {
	defer func() { // also after runtime.Goexit, which is how t.FailNow leaves
		c.inside = false
		c.out <- struct{}{}
	}()
	c.body()
}

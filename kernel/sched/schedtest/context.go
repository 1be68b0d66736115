package schedtest

import "gossamer/kernel/sched"

// context is a coroutine made of a goroutine: control is handed to and fro by two channels, and
// exactly one of the two sides runs.
type context struct {
	m       *Machine
	body    func()
	in      chan struct{}
	out     chan *context // whom to resume instead, or nil
	started bool
	inside  bool // the thread's side runs
}

// NewContext implements sched.Machine.
func (m *Machine) NewContext(body func()) sched.Context {
	return &context{m: m, body: body, in: make(chan struct{}), out: make(chan *context)}
}

func (c *context) Switch() {
	if c.inside {
		c.suspend(nil)
		return
	}
	for c != nil {
		c.inside = true
		if c.started {
			c.in <- struct{}{}
		} else {
			c.started = true
			go c.run()
		}
		c = <-c.out
	}
}

func (c *context) SwitchTo(next sched.Context, at *uint64) {
	*at = uint64(c.m.Now())
	c.suspend(next.(*context))
}

func (c *context) suspend(next *context) {
	c.inside = false
	c.out <- next
	<-c.in
}

func (c *context) run() {
	defer func() { // also after runtime.Goexit, which is how t.FailNow leaves
		c.inside = false
		c.out <- nil
	}()
	c.body()
}

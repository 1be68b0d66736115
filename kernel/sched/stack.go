package sched

import "gossamer/kernel/trace"

// stack is a coroutine that runs threads, one after another. Making one costs more than all else
// about a thread, so those of threads that have ended are kept for the next ones.
type stack struct {
	ctx       Context
	t         *Thread // whom it runs; nil: it is to end
	goroutine uintptr // what kernel/trace knows it by; 0: not traced so far
	gone      bool    // it has ended: the thread's body left by runtime.Goexit
}

// spareStacks is how many stacks without a thread are kept.
const spareStacks = 64

// run is the whole life of a stack.
func (k *stack) run() {
	for k.t != nil {
		t := k.t
		t.home.Load().finish(t)
		t.main()
		d := t.home.Load()
		d.pass(t, d.pick(false))
	}
}

// main is the whole life of a thread.
func (t *Thread) main() {
	if trace.Active() != nil {
		t.traceBegin()
	}
	returned := false
	defer func() {
		t.bequeath()
		t.giveBack()
		t.move(Running, Exited)
		if !returned { // the dispatcher gets control back when the coroutine ends
			t.stack.gone = true
			t.home.Load().abandon(t)
		}
	}()
	t.body(t)
	returned = true
}

// stackFor gives t a stack: a spare one, or a new one.
func (s *scheduler) stackFor(t *Thread, spare *stack) {
	if spare == nil {
		spare = &stack{}
		spare.ctx = s.m.NewContext(spare.run)
	}
	spare.t, t.stack = t, spare
}

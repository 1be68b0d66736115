package xhci

import (
	"fmt"
	"time"
)

// interruptShare: the first interrupt may take that share of what a command may.
const interruptShare = 5

// Run serves the controller until done is closed or the controller has died; it returns why.
func (c *Controller) Run(done <-chan struct{}) error {
	for _, p := range c.ports {
		p.wake()
		go p.watch()
	}
	poll := time.NewTicker(pollPeriod)
	defer poll.Stop()
	tick, check := poll.C, (<-chan time.Time)(nil)
	if c.Interrupt != nil {
		// An event, to see whether its interrupt arrives.
		poll.Stop()
		tick, check = nil, time.After(c.limit/interruptShare)
		go c.command(trb{3: trbNoOp << typeShift})
	}
	for {
		c.serve()
		select {
		case <-c.Interrupt:
			check = nil
		case <-check:
			c.Log("xhci: its interrupt does not arrive; it is polled")
			check, tick = nil, poll.C
			poll.Reset(pollPeriod)
		case <-tick:
		case <-done:
			c.fail(errDead)
		case <-c.died:
			return c.why
		}
	}
}

// serve hands out the events that there are.
func (c *Controller) serve() {
	status := c.read(c.op + opStatus)
	if status == portNoSuchThing || status&(stsFatal|stsFailed) != 0 {
		c.fail(fmt.Errorf("status %#x", status))
		return
	}
	// First the acknowledgement, then the look: what comes later raises another interrupt.
	c.write(c.op+opStatus, stsInterrupt)
	c.write(c.run+intManage, manageEnable|managePending)
	for more := true; more; {
		more = false
		for range ringSize / 2 {
			e, ok := c.events.take()
			if !ok {
				break
			}
			more = true
			c.hand(e)
		}
		c.write64(c.run+intDequeue, c.events.at()|dequeueBusy)
		if c.dead() {
			return
		}
	}
}

func (c *Controller) dead() bool {
	select {
	case <-c.died:
		return true
	default:
		return false
	}
}

// hand gives an event to whom it concerns, who has room for it: nobody has more under way.
func (c *Controller) hand(e event) {
	switch e.kind() {
	case evCommand:
		c.give(c.answers, e)
	case evTransfer:
		var to chan event
		if s := e.slot(); s <= maxSlots {
			c.mu.Lock()
			box := c.slots[s]
			c.mu.Unlock()
			switch {
			case box != nil && e.endpoint() == ep0Index:
				to = box.control
			case box != nil:
				to = box.events
			}
		}
		c.give(to, e)
	case evPort:
		if n := int(e.port()); n >= 1 && n <= len(c.ports) {
			c.ports[n-1].wake()
		}
	}
}

func (c *Controller) give(to chan event, e event) {
	select {
	case to <- e:
	default:
		c.mu.Lock()
		c.strange++
		c.mu.Unlock()
	}
}

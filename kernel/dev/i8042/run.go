package i8042

import (
	"errors"
	"time"

	"gossamer/kernel/dev/keyboard"
)

// errGone ends Run: the controller sends without end, or is no longer there.
var errGone = errors.New("the keyboard controller sends garbage, and is not used any more")

// Run serves the keyboard until done is closed or the controller misbehaves.
func (c *Controller) Run(done <-chan struct{}) error {
	var tick <-chan time.Time
	if c.Interrupt == nil || !c.interrupts(done) {
		t := time.NewTicker(pollPeriod)
		defer t.Stop()
		tick = t.C
	}
	for {
		// First: a byte that came before interrupts were on raises none.
		if !c.drain() {
			if c.device != nil {
				c.device.Detach()
			}
			return errGone
		}
		if c.fresh {
			c.fresh = false
			c.setup()
			continue
		}
		select {
		case <-c.Interrupt:
		case <-tick:
		case l := <-c.lights:
			c.tell(kbdLights, lamps(l))
		case <-done:
			return nil
		}
	}
}

// interrupts has the keyboard say something, and reports whether the interrupt arrives. A keyboard
// that says nothing proves nothing.
func (c *Controller) interrupts(done <-chan struct{}) bool {
	if !c.said || !c.drain() || !c.poll(statusInput, 0, answerTime) {
		return true
	}
	select {
	case <-c.Interrupt: // of something before
	default:
	}
	c.Ports.Write(kbdEnable) // its answer is no key, and drain passes over it
	timer := time.NewTimer(answerTime)
	defer timer.Stop()
	select {
	case <-c.Interrupt:
		return true
	case <-done:
		return true
	case <-timer.C:
	}
	if c.Ports.Status()&statusOutput == 0 {
		return true
	}
	c.Log("i8042: its interrupt does not arrive; it is polled")
	return false
}

// drain takes in all bytes that wait; false: there is no end.
func (c *Controller) drain() bool {
	for range burst {
		s := c.Ports.Status()
		if s&statusOutput == 0 {
			return true
		}
		if s == absent {
			return false
		}
		b := c.Ports.Read()
		if s&(statusAux|statusTime|statusParity) != 0 {
			c.dec.reset()
			continue
		}
		c.take(b)
	}
	return false
}

// take deals with a byte that is no answer.
func (c *Controller) take(b uint8) {
	e := c.dec.feed(b)
	switch {
	case b == kbdPassed && e.key == keyboard.LeftShift && (c.device == nil || !c.device.Held(e.key)):
		// In set 1 "left Shift is up" and "I was plugged in" are the same byte.
		c.fresh = true
	case e.kind == keyEvent && c.device == nil:
	case e.kind == keyEvent && e.down:
		c.device.Press(e.key, c.Now())
	case e.kind == keyEvent:
		c.device.Release(e.key)
	case e.kind == overrunEvent && c.device != nil:
		c.device.ReleaseAll()
	case e.kind == passedEvent:
		c.fresh = true
	}
}

// tell writes bytes to the keyboard, each of which it has to acknowledge; the keys that it sends
// meanwhile count. It reports whether all were taken.
func (c *Controller) tell(bytes ...uint8) bool {
	for _, b := range bytes {
		if !c.tellByte(b) {
			return false
		}
	}
	return true
}

func (c *Controller) tellByte(b uint8) bool {
	end := c.Now() + int64(tellTime)
	for range 3 {
		if !c.poll(statusInput, 0, answerTime) {
			return false
		}
		c.Ports.Write(b)
		again := false
		for n := 0; n < burst && !again && c.Now() < end; n++ {
			v, ok := c.answer(answerTime)
			switch {
			case !ok:
				return false
			case v == kbdACK:
				return true
			case v == kbdResend:
				again = true
			case c.device != nil:
				c.take(v)
			}
		}
		if !again {
			return false
		}
	}
	return false
}

// drainLights sends the lights that are wanted now.
func (c *Controller) drainLights() {
	select {
	case l := <-c.lights:
		c.tell(kbdLights, lamps(l))
	default:
	}
}

// lamps orders lights as a PS/2 keyboard has them.
func lamps(l keyboard.Lights) (b uint8) {
	if l&keyboard.ScrollLight != 0 {
		b |= 1
	}
	if l&keyboard.NumLight != 0 {
		b |= 2
	}
	if l&keyboard.CapsLight != 0 {
		b |= 4
	}
	return b
}

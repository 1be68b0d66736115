package xhci

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// port is a port of the root hub.
type port struct {
	number   uint8 // from 1
	register uint32
	major    uint8 // protocol: 2 or 3; 0: the controller does not tell
	slotType uint32
	changed  chan struct{}
	// replugged says that something was plugged in, or pulled out, since it was last looked at. The
	// port's goroutine's own.
	replugged bool
	state     atomic.Pointer[string] // for reports
}

func newPort(c *Controller, number uint8) *port {
	return &port{number: number, register: c.op + opPorts + uint32(number-1)*portStride, changed: make(chan struct{}, 1), replugged: true}
}

// wake says that the port has changed, or may have.
func (p *port) wake() {
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

func (p *port) say(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	p.state.Store(&s)
}

// Times that USB 2.0 (7.1.7) wants, and patience.
const (
	debounce      = 100 * time.Millisecond
	recovery      = 10 * time.Millisecond
	resetPatience = 800 * time.Millisecond
	attempts      = 3
)

// status reads the port, and clears the changes that it tells.
func (c *Controller) status(p *port) uint32 {
	v := c.read(p.register)
	if v == portNoSuchThing {
		return 0
	}
	if v&portChanges != 0 {
		c.write(p.register, v&^uint32(portNotNeutral)|v&portChanges)
	}
	p.replugged = p.replugged || v&portConnectChg != 0
	return v
}

// watch is the goroutine of a port.
func (c *Controller) watch(p *port) {
	if v := c.read(p.register); c.read(capParamsC)&hasPortPower != 0 && v&portPower == 0 {
		c.write(p.register, v&^uint32(portNotNeutral)|portPower)
		c.Sleep(20 * time.Millisecond)
	}
	for {
		select {
		case <-p.changed:
		case <-c.died:
			return
		}
		for again := true; again && !c.dead(); {
			again = false
			switch v := c.status(p); {
			case v&portConnected == 0:
				p.state.Store(nil)
			case p.replugged:
				p.replugged = false
				again = c.plugged(p)
				p.replugged = p.replugged || again
			}
		}
	}
}

// plugged deals with what is on a port until it is gone. It reports whether something may be there
// again already.
func (c *Controller) plugged(p *port) (again bool) {
	c.Sleep(debounce)
	var err error
	for try := 0; try < attempts; try++ {
		if c.status(p)&portConnected == 0 || c.dead() {
			return false
		}
		var d *device
		if d, err = c.attach(p); err == nil {
			return d.serve(p)
		}
	}
	if c.dead() {
		return false
	}
	p.say("%v", err)
	c.Log("xhci: port %d: %v", p.number, err)
	return false // until the port changes
}

// reset makes the device on a port listen to address 0, and returns its speed.
func (c *Controller) resetPort(p *port) (speed uint32, err error) {
	v := c.status(p)
	if p.major >= 3 && v&portEnabled != 0 {
		return v >> portSpeed & 15, nil // trained by itself
	}
	how := uint32(portReset)
	if p.major >= 3 {
		how = portWarmReset
	}
	c.write(p.register, v&^uint32(portNotNeutral)|how)
	end := c.Now() + int64(resetPatience)
	for {
		c.Sleep(5 * time.Millisecond)
		v = c.read(p.register)
		if v == portNoSuchThing || v&portConnected == 0 {
			return 0, errors.New("gone while it was reset")
		}
		if v&portReset == 0 && v&portResetsDone != 0 {
			break
		}
		if c.Now() >= end {
			return 0, errors.New("the port's reset does not end")
		}
	}
	v = c.status(p)
	if v&portEnabled == 0 {
		return 0, errors.New("not enabled after its reset")
	}
	c.Sleep(recovery)
	return v >> portSpeed & 15, nil
}

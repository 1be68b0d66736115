package xhci

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// port is a port of the root hub, or of a hub that is plugged in. Its goroutine, watch, owns it.
type port struct {
	c        *Controller
	name     string // 3, or 3.2 behind a hub on port 3
	number   uint8  // from 1, of its hub
	root     uint8  // the root port that it is behind, or is
	route    uint32 // how to get here from there (xHCI 8.9): 4 bits for each hub
	depth    int    // number of hubs on that way
	hub      *hub   // nil: the root hub's
	register uint32 // of a root port
	major    uint8  // protocol of a root port: 2 or 3; 0: the controller does not tell
	slotType uint32

	changed chan struct{}
	gone    chan struct{} // closed when the hub is no longer there; nil: never
	// replugged says that something was plugged in, or pulled out, since it was last looked at.
	replugged bool

	state atomic.Pointer[string]  // for reports
	ports atomic.Pointer[[]*port] // those of the hub that is plugged in here, for reports
}

func newPort(c *Controller, number uint8) *port {
	return &port{
		c: c, name: fmt.Sprint(number), number: number, root: number, register: c.op + opPorts + uint32(number-1)*portStride,
		changed: make(chan struct{}, 1), replugged: true,
	}
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

// over reports whether there is nothing more to do: the controller is dead, or the hub gone.
func (p *port) over() bool {
	select {
	case <-p.gone:
		return true
	default:
		return p.c.dead()
	}
}

// Times that USB 2.0 (7.1.7) wants, and patience.
const (
	debounce      = 100 * time.Millisecond
	recovery      = 10 * time.Millisecond
	resetPatience = 800 * time.Millisecond
	attempts      = 3
)

// link is what a port tells of what is plugged in.
type link struct {
	connected, enabled bool
	resetting, reset   bool // a reset is under way; it has ended
	speed              uint32
}

// look reads a port, and clears the changes that it tells.
func (p *port) look() (l link) {
	if p.hub != nil {
		return p.hub.look(p)
	}
	v := p.c.read(p.register)
	if v == portNoSuchThing {
		return link{}
	}
	if v&portChanges != 0 {
		p.c.write(p.register, v&^uint32(portNotNeutral)|v&portChanges)
	}
	p.replugged = p.replugged || v&portConnectChg != 0
	return link{
		connected: v&portConnected != 0,
		enabled:   v&portEnabled != 0,
		resetting: v&portReset != 0,
		reset:     v&portResetsDone != 0,
		speed:     v >> portSpeed & 15,
	}
}

// startReset begins to reset what is on a port.
func (p *port) startReset() error {
	if p.hub != nil {
		return p.hub.setFeature(p, featurePortReset)
	}
	how := uint32(portReset)
	if p.major >= 3 {
		how = portWarmReset
	}
	p.c.write(p.register, p.c.read(p.register)&^uint32(portNotNeutral)|how)
	return nil
}

// reset makes the device on a port listen to address 0, and returns its speed.
func (p *port) reset() (speed uint32, err error) {
	l := p.look()
	if p.major >= 3 && l.enabled {
		return l.speed, nil // trained by itself
	}
	if err := p.startReset(); err != nil {
		return 0, fmt.Errorf("reset: %w", err)
	}
	for end := p.c.Now() + int64(resetPatience); ; {
		p.c.Sleep(5 * time.Millisecond)
		switch l = p.look(); {
		case !l.connected:
			return 0, errors.New("gone while it was reset")
		case l.reset && !l.resetting && !l.enabled:
			return 0, errors.New("not enabled after its reset")
		case l.reset && !l.resetting:
			p.c.Sleep(recovery)
			return l.speed, nil
		case p.c.Now() >= end:
			return 0, errors.New("the port's reset does not end")
		}
	}
}

// power switches a root port's power on, where that has to be done.
func (p *port) power() {
	c := p.c
	if v := c.read(p.register); c.read(capParamsC)&hasPortPower != 0 && v&portPower == 0 {
		c.write(p.register, v&^uint32(portNotNeutral)|portPower)
		c.Sleep(20 * time.Millisecond)
	}
}

// watch is the goroutine of a port.
func (p *port) watch() {
	if p.hub == nil {
		p.power()
	}
	for {
		select {
		case <-p.changed:
		case <-p.gone:
			return
		case <-p.c.died:
			return
		}
		for again := true; again && !p.over(); {
			again = false
			switch l := p.look(); {
			case !l.connected:
				p.state.Store(nil)
			case p.replugged:
				p.replugged = false
				again = p.plugged()
				p.replugged = p.replugged || again
			}
		}
	}
}

// plugged deals with what is on a port until it is gone. It reports whether something may be there
// again already.
func (p *port) plugged() (again bool) {
	p.c.Sleep(debounce)
	var err error
	for try := 0; try < attempts; try++ {
		if !p.look().connected || p.over() {
			return false
		}
		var d *device
		if d, err = attach(p); err == nil {
			return d.serve()
		}
	}
	if p.over() {
		return false
	}
	p.say("%v", err)
	p.c.Log("xhci: port %s: %v", p.name, err)
	return false // until the port changes
}

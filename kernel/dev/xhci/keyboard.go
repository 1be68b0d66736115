package xhci

import (
	"fmt"
	"sync/atomic"
	"time"

	"gossamer/kernel/dev/keyboard"
)

// hid is a keyboard: one interface of a device.
type hid struct {
	endpoint
	lights atomic.Uint32 // keyboard.Lights that are wanted,
	shown  uint32        // and those that are on, or noLights
	device *keyboard.Device
}

const (
	bootReport = 8 // bytes: modifiers, nothing, six keys
	noLights   = ^uint32(0)
)

// start switches the boot protocol on, and reports upon change only.
func (k *hid) start() error {
	d := k.d
	if err := d.out(typeClass, hidSetProtocol, protocolBoot, uint16(k.number), nil); err != nil {
		return fmt.Errorf("boot protocol: %w", err)
	}
	// It is allowed to refuse; then it repeats itself, which says nothing new.
	if err := d.out(typeClass, hidSetIdle, 0, uint16(k.number), nil); err != nil && isDead(err) {
		return err
	}
	k.shown = noLights
	k.device = d.c.Keyboard.Attach(k.setLights, false)
	k.ask()
	return nil
}

func isDead(err error) bool { return err == errDead || err == errTimeout }

func (k *hid) stop() {
	if k.device != nil {
		k.device.Detach()
		k.device = nil
	}
}

// setLights is what the keyboard package calls.
func (k *hid) setLights(l keyboard.Lights) {
	k.lights.Store(uint32(l))
	select {
	case k.d.lit <- struct{}{}:
	default:
	}
}

// light shows the lights that are wanted. A keyboard may refuse: it has none.
func (k *hid) light() error {
	want := k.lights.Load()
	if want == k.shown {
		return nil
	}
	k.shown = want
	err := k.d.out(typeClass, hidSetReport, outputReport, uint16(k.number), []byte{byte(want)})
	if isDead(err) {
		return err
	}
	return nil
}

// report takes a report in.
func (k *hid) report(n int) {
	if n < bootReport {
		return
	}
	var b [bootReport]byte
	k.data.get(b[:])
	keys := make([]keyboard.Key, 0, 14)
	for i := range 8 {
		if b[0]&(1<<i) != 0 {
			keys = append(keys, keyboard.LeftCtrl+keyboard.Key(i))
		}
	}
	for _, key := range b[2:] {
		if key != 0 {
			keys = append(keys, keyboard.Key(key))
		}
	}
	k.device.Report(keys, k.d.c.Now())
}

// tend does what a keyboard wants done, and returns when it wants to be looked at again, in ns.
func (k *hid) tend() (next int64, err error) {
	if k.asked == 0 {
		k.device.ReleaseAll()
		if err := k.recover(); err != nil {
			return 0, err
		}
	}
	if err := k.light(); err != nil {
		return 0, err
	}
	now := k.d.c.Now()
	k.device.Tick(now)
	if at, ok := k.device.Due(); ok {
		return max(at-now, 0), nil
	}
	return int64(time.Hour), nil
}

// serve is the driver of a device until it is pulled out, or fails for good. It reports whether
// there may be something on the port again.
func (d *device) serve() (again bool) {
	defer d.detach() // of one that nobody wants at once: the port tells when it goes
	c, p := d.c, d.port
	if len(d.keyboards) == 0 && d.hub == nil {
		return false
	}
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	p.wake() // it may have been pulled out meanwhile
	for {
		next, err := d.tend()
		if err != nil {
			return d.gaveUp(err)
		}
		timer.Reset(time.Duration(next))
		select {
		case e := <-d.events:
			d.received(e)
		case <-p.changed:
			if l := p.look(); !l.connected || !l.enabled || p.replugged {
				c.Log("xhci: port %s: %04x:%04x unplugged", p.name, d.vendor, d.product)
				p.state.Store(nil)
				return true
			}
		case <-timer.C:
		case <-d.lit:
		case <-p.gone:
			return false
		case <-c.died:
			return false
		}
	}
}

// tend does what keyboards and hub want done, and returns when to look at them again, in ns.
func (d *device) tend() (next int64, err error) {
	next = int64(time.Hour)
	for _, k := range d.keyboards {
		n, err := k.tend()
		if err != nil {
			return 0, err
		}
		next = min(next, n)
	}
	if h := d.hub; h != nil && h.asked == 0 {
		return next, h.recover()
	}
	return next, nil
}

// received takes an event of an endpoint that is not endpoint 0.
func (d *device) received(e event) {
	for _, k := range d.keyboards {
		if n, ok := k.take(e); ok {
			k.report(n)
			k.ask()
		}
	}
	if d.hub != nil {
		if n, ok := d.hub.take(e); ok {
			d.hub.changes(n)
			d.hub.ask()
		}
	}
}

// gaveUp says why a device is not used any more, if it is still there.
func (d *device) gaveUp(err error) (again bool) {
	p := d.port
	if p.look().connected && !p.over() {
		p.say("%04x:%04x: %v", d.vendor, d.product, err)
		d.c.Log("xhci: port %s: %v", p.name, err)
	}
	p.wake()
	return false
}

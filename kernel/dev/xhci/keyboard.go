package xhci

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"gossamer/kernel/dev/keyboard"
)

// hid is a keyboard: one interface of a device.
type hid struct {
	hidInterface
	d      *device
	index  uint8 // of its endpoint's context
	ring   *ring
	data   Page
	asked  uint64        // where the request is that is under way
	errors int           // in a row
	lights atomic.Uint32 // keyboard.Lights that are wanted,
	shown  uint32        // and those that are on, or noLights
	device *keyboard.Device
}

const (
	bootReport = 8 // bytes: modifiers, nothing, six keys
	maxErrors  = 10
	noLights   = ^uint32(0)
)

var errEndpoint = errors.New("the keyboard's endpoint fails again and again")

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

// ask makes the controller wait for the next report.
func (k *hid) ask() {
	c := k.d.c
	k.asked = k.ring.push(trb{
		uint32(k.data.Phys), uint32(k.data.Phys >> 32), uint32(k.packet),
		trbNormal<<typeShift | interrupts | shortIsGood,
	})
	c.write(c.door+4*uint32(k.d.slot), uint32(k.index))
}

// received takes an event of an endpoint that is not endpoint 0.
func (d *device) received(e event) {
	for _, k := range d.keyboards {
		if k.index == e.endpoint() && e.about() == k.asked {
			k.report(e)
		}
	}
}

// report deals with a report, or with its failure.
func (k *hid) report(e event) {
	if e.code() != codeSuccess && e.code() != codeShort {
		k.errors++
		k.asked = 0
		return // serve sees to it
	}
	k.errors = 0
	if n := int(k.packet) - e.left(); n >= bootReport {
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
	k.ask()
}

// recover makes an endpoint go on that has failed.
func (k *hid) recover() error {
	d := k.d
	if k.errors > maxErrors {
		return errEndpoint
	}
	k.device.ReleaseAll()
	d.c.Sleep(recovery)
	if err := d.c.restart(d.slot, k.index, k.ring, false); err != nil {
		return err
	}
	if err := d.out(typeEndpoint, reqClearFeature, featureHalt, uint16(k.endpoint)|endpointIn, nil); err != nil {
		return err
	}
	k.ask()
	return nil
}

// tend does what a keyboard wants done, and returns when it wants to be looked at again, in ns.
func (k *hid) tend() (next int64, err error) {
	if k.asked == 0 {
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
func (d *device) serve(p *port) (again bool) {
	defer d.detach() // of one without a keyboard at once: the port tells when it goes
	c := d.c
	if len(d.keyboards) == 0 {
		return false
	}
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	p.wake() // it may have been pulled out meanwhile
	for {
		next := int64(time.Hour)
		for _, k := range d.keyboards {
			n, err := k.tend()
			if err != nil {
				return d.gaveUp(p, err)
			}
			next = min(next, n)
		}
		timer.Reset(time.Duration(next))
		select {
		case e := <-d.events:
			d.received(e)
		case <-p.changed:
			if v := c.status(p); v&portConnected == 0 || v&portEnabled == 0 || p.replugged {
				c.Log("xhci: port %d: keyboard unplugged", p.number)
				p.state.Store(nil)
				return true
			}
		case <-timer.C:
		case <-d.lit:
		case <-c.died:
			return false
		}
	}
}

// gaveUp says why a device is not used any more, if it is still there.
func (d *device) gaveUp(p *port, err error) (again bool) {
	if d.c.status(p)&portConnected != 0 && !d.c.dead() {
		p.say("%04x:%04x: %v", d.vendor, d.product, err)
		d.c.Log("xhci: port %d: %v", p.number, err)
	}
	p.wake()
	return false
}

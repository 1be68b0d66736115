package xhci

import (
	"errors"
	"fmt"
)

// device is what is plugged into a port. It belongs to the port's goroutine.
type device struct {
	c      *Controller
	slot   uint8
	speed  uint32
	events chan event    // of its endpoints
	lit    chan struct{} // some keyboard's lights shall change
	input  Page          // contexts for commands
	output Page          // contexts as the controller keeps them
	buffer Page          // of control transfers
	ep0    *ring
	pages  []Page

	vendor, product uint16
	class           uint8
	keyboards       []*hid
}

// Contexts are arrays of structures of c.words words (6.2). In the input context one that says what
// to change comes first.
const (
	ep0Index    = 1 // endpoint 0, both ways
	entryShift  = 27
	speedShift  = 20
	errorCount  = 3 << 1
	epControl   = 4 << 3
	epInterrupt = 7 << 3 // IN
)

func (d *device) page() (Page, error) {
	p, ok := d.c.Memory.Page(d.c.low)
	if !ok {
		return p, errMemory
	}
	d.pages = append(d.pages, p)
	return p, nil
}

// attach sets up what is on p: it gets a slot and an address, and is asked what it is. A device
// without a keyboard is let go again, and stays in the report only.
func (c *Controller) attach(p *port) (d *device, err error) {
	d = &device{c: c, events: make(chan event, 32), lit: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			d.detach()
			d = nil
		}
	}()
	if err := d.address(p); err != nil {
		return d, err
	}
	if err := d.identify(); err != nil {
		return d, err
	}
	what, err := d.configure()
	if err != nil {
		return d, err
	}
	p.say("%04x:%04x class %02x, %s speed: %s", d.vendor, d.product, d.class, speedName(d.speed), what)
	if len(d.keyboards) > 0 {
		c.Log("xhci: port %d: keyboard %04x:%04x", p.number, d.vendor, d.product)
	}
	return d, nil
}

func speedName(speed uint32) string {
	switch speed {
	case fullSpeed:
		return "full"
	case lowSpeed:
		return "low"
	case highSpeed:
		return "high"
	}
	return "super"
}

// address resets the port, and gives the device there a slot and an address.
func (d *device) address(p *port) error {
	c := d.c
	c.addressing.Lock()
	defer c.addressing.Unlock()
	speed, err := c.resetPort(p)
	if err != nil {
		return err
	}
	d.speed = speed
	for _, page := range []*Page{&d.input, &d.output, &d.buffer} {
		if *page, err = d.page(); err != nil {
			return err
		}
	}
	r, err := d.page()
	if err != nil {
		return err
	}
	d.ep0 = newRing(r)
	slot, err := c.enableSlot(p.slotType)
	if err != nil {
		return fmt.Errorf("slot: %w", err)
	}
	d.slot = slot
	c.mu.Lock()
	c.slots[slot] = d.events
	c.mu.Unlock()
	c.contexts.store64(2*int(slot), d.output.Phys)

	d.input.store(1, 1<<0|1<<ep0Index)
	in := c.words
	d.input.store(in, speed<<speedShift|1<<entryShift)
	d.input.store(in+1, uint32(p.number)<<16)
	d.setEndpoint(ep0Index, 0, epControl, firstPacket(speed), d.ep0)
	if err := c.withContext(trbAddress, slot, d.input); err != nil {
		return fmt.Errorf("address: %w", err)
	}
	c.Sleep(recovery)
	return nil
}

// firstPacket is the packet size of endpoint 0 as long as the device has not been asked.
func firstPacket(speed uint32) uint32 {
	switch {
	case speed == highSpeed:
		return 64
	case speed >= superSpeed:
		return 512
	}
	return 8
}

// setEndpoint writes an endpoint's context to the input context.
func (d *device) setEndpoint(index int, interval, kind, packet uint32, r *ring) {
	at := (index + 1) * d.c.words
	d.input.store(at, interval<<16)
	d.input.store(at+1, errorCount|kind|packet<<16)
	d.input.store64(at+2, r.end())
	average := packet<<16 | packet // of an interrupt endpoint: what it may carry, what it carries
	if kind == epControl {
		average = 8
	}
	d.input.store(at+4, average)
}

// identify reads the device descriptor; the size of packets is in its beginning.
func (d *device) identify() error {
	b, err := d.descriptor(descDevice, 8)
	if err != nil {
		return fmt.Errorf("device descriptor: %w", err)
	}
	if packet := uint32(b[7]); d.speed < superSpeed && packet != firstPacket(d.speed) {
		if packet != 8 && packet != 16 && packet != 32 && packet != 64 {
			return fmt.Errorf("packets of %d bytes", packet)
		}
		d.input.store(1, 1<<ep0Index)
		d.setEndpoint(ep0Index, 0, epControl, packet, d.ep0)
		if err := d.c.withContext(trbEvaluate, d.slot, d.input); err != nil {
			return fmt.Errorf("packet size: %w", err)
		}
	}
	if b, err = d.descriptor(descDevice, deviceLength); err != nil {
		return fmt.Errorf("device descriptor: %w", err)
	}
	d.class = b[4]
	d.vendor, d.product = le16(b[8:]), le16(b[10:])
	return nil
}

// configure looks for keyboards in the first configuration and switches them on. It returns what
// the device is.
func (d *device) configure() (what string, err error) {
	b, err := d.descriptor(descConfiguration, configurationLength)
	if err != nil {
		return "", fmt.Errorf("configuration: %w", err)
	}
	total := min(int(le16(b[2:])), maxConfiguration)
	if total > configurationLength {
		if b, err = d.descriptor(descConfiguration, total); err != nil {
			return "", fmt.Errorf("configuration: %w", err)
		}
	}
	value, found := keyboardsIn(b)
	switch {
	case d.class == classHub:
		return "a hub, whose ports are not used", nil
	case len(found) == 0:
		return "not a keyboard", nil
	}
	if err := d.addEndpoints(found); err != nil {
		return "", err
	}
	if err := d.out(typeStandard, reqSetConfiguration, uint16(value), 0, nil); err != nil {
		return "", fmt.Errorf("configuration %d: %w", value, err)
	}
	for _, k := range d.keyboards {
		if err := k.start(); err != nil {
			return "", err
		}
	}
	return "keyboard", nil
}

// addEndpoints tells the controller of the keyboards' endpoints.
func (d *device) addEndpoints(found []hidInterface) error {
	c := d.c
	add, last := uint32(1<<0), 0
	for _, f := range found {
		k := &hid{hidInterface: f, d: d}
		p, err := d.page()
		if err != nil {
			return err
		}
		if k.data, err = d.page(); err != nil {
			return err
		}
		k.ring = newRing(p)
		k.index = f.endpoint*2 + 1
		d.setEndpoint(int(k.index), interval(f.interval, d.speed), epInterrupt, uint32(f.packet), k.ring)
		add |= 1 << k.index
		last = max(last, int(k.index))
		d.keyboards = append(d.keyboards, k)
	}
	d.input.store(0, 0)
	d.input.store(1, add)
	for i := range 4 {
		d.input.store(c.words+i, d.output.load(i))
	}
	d.input.store(c.words, d.output.load(0)&(1<<entryShift-1)|uint32(last)<<entryShift)
	d.input.store(c.words+3, 0) // state and address are not the software's
	if err := c.withContext(trbConfigure, d.slot, d.input); err != nil {
		return fmt.Errorf("endpoints: %w", err)
	}
	return nil
}

// detach gives everything back. Memory of a slot that the controller does not give up stays its.
func (d *device) detach() {
	c := d.c
	for _, k := range d.keyboards {
		k.stop()
	}
	if d.slot != 0 {
		err := c.disableSlot(d.slot)
		c.mu.Lock()
		c.slots[d.slot] = nil
		c.mu.Unlock()
		if code := codeError(0); err != nil && !errors.As(err, &code) {
			return
		}
		c.contexts.store64(2*int(d.slot), 0)
	}
	for _, p := range d.pages {
		c.Memory.Free(p)
	}
	d.pages = nil
}

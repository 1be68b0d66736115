package xhci

import (
	"errors"
	"fmt"
	"sync"
)

// device is what is plugged into a port. It belongs to the port's goroutine; of a hub, others use
// control.
type device struct {
	c     *Controller
	port  *port
	slot  uint8
	speed uint32
	*inbox
	lit    chan struct{} // some keyboard's lights shall change
	input  Page          // contexts for commands
	output Page          // contexts as the controller keeps them
	buffer Page          // of control transfers
	ep0    *ring
	pages  []Page

	vendor, product uint16
	class           uint8
	keyboards       []*hid
	hub             *hub

	controls sync.Mutex // one control transfer is under way
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
	slotHub     = 1 << 26
	maxDepth    = 5 // hubs on the way to a device
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
// that nobody wants is let go again by serve, and stays in the report only.
func attach(p *port) (d *device, err error) {
	d = &device{c: p.c, port: p, inbox: newInbox(), lit: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			d.detach()
			d = nil
		}
	}()
	if err := d.address(); err != nil {
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
		d.c.Log("xhci: port %s: keyboard %04x:%04x", p.name, d.vendor, d.product)
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
func (d *device) address() error {
	c, p := d.c, d.port
	c.addressing.Lock()
	defer c.addressing.Unlock()
	speed, err := p.reset()
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
	c.slots[slot] = d.inbox
	c.mu.Unlock()
	c.contexts.store64(2*int(slot), d.output.Phys)

	d.input.store(1, 1<<0|1<<ep0Index)
	in := c.words
	d.input.store(in, p.route|speed<<speedShift|1<<entryShift)
	d.input.store(in+1, uint32(p.root)<<16)
	d.input.store(in+2, d.translator())
	d.setEndpoint(ep0Index, 0, epControl, firstPacket(speed), d.ep0)
	if err := c.withContext(trbAddress, slot, d.input); err != nil {
		return fmt.Errorf("address: %w", err)
	}
	c.Sleep(recovery)
	return nil
}

// translator names the hub, by slot and port, that translates to high speed for a slower device:
// the first of high speed on the way up (USB 2.0, 11.14); 0 if there is none.
func (d *device) translator() uint32 {
	if d.speed != fullSpeed && d.speed != lowSpeed {
		return 0
	}
	for p := d.port; p.hub != nil; p = p.hub.d.port {
		if p.hub.d.speed == highSpeed {
			return uint32(p.hub.d.slot) | uint32(p.number)<<8
		}
	}
	return 0
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
	value, keyboards, hubs := interfacesIn(b)
	var ends []*endpoint
	switch {
	case d.class == classHub && d.speed >= superSpeed:
		return "the fast half of a hub, not used", nil
	case d.class == classHub && d.port.depth == maxDepth:
		return "a hub behind too many others, not used", nil
	case d.class == classHub && len(hubs) > 0:
		d.hub = newHub(d, hubs[0])
		ends = append(ends, &d.hub.endpoint)
		if err := d.hub.describe(); err != nil {
			return "", err
		}
	case len(keyboards) > 0:
		for _, f := range keyboards {
			k := &hid{endpoint: newEndpoint(d, f)}
			d.keyboards = append(d.keyboards, k)
			ends = append(ends, &k.endpoint)
		}
	default:
		return "not a keyboard", nil
	}
	if err := d.addEndpoints(ends); err != nil {
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
	if d.hub != nil {
		return fmt.Sprintf("hub of %d ports", d.hub.n), d.hub.start()
	}
	return "keyboard", nil
}

// addEndpoints tells the controller of interrupt endpoints, and of a hub that it is one.
func (d *device) addEndpoints(ends []*endpoint) error {
	c := d.c
	add, last := uint32(1<<0), 0
	for _, e := range ends {
		p, err := d.page()
		if err != nil {
			return err
		}
		if e.data, err = d.page(); err != nil {
			return err
		}
		e.ring = newRing(p)
		d.setEndpoint(int(e.index), interval(e.interval, d.speed), epInterrupt, uint32(e.packet), e.ring)
		add |= 1 << e.index
		last = max(last, int(e.index))
	}
	d.input.store(0, 0)
	d.input.store(1, add)
	first, ports, times := d.output.load(0)&(1<<entryShift-1), d.output.load(1), d.output.load(2)
	if d.hub != nil {
		first |= slotHub
		ports = ports&^(0xff<<24) | uint32(d.hub.n)<<24
		if d.speed == highSpeed {
			times |= uint32(d.hub.think) << 16
		}
	}
	in := c.words
	d.input.store(in, first|uint32(last)<<entryShift)
	d.input.store(in+1, ports)
	d.input.store(in+2, times)
	d.input.store(in+3, 0) // state and address are not the software's
	if err := c.withContext(trbConfigure, d.slot, d.input); err != nil {
		return fmt.Errorf("endpoints: %w", err)
	}
	return nil
}

// detach gives everything back. Memory of a slot that the controller does not give up stays its.
func (d *device) detach() {
	c := d.c
	if d.hub != nil {
		d.hub.stop()
	}
	for _, k := range d.keyboards {
		k.stop()
	}
	if d.slot != 0 && !d.leave() {
		return
	}
	for _, p := range d.pages {
		c.Memory.Free(p)
	}
	d.pages = nil
}

// leave gives the slot back. Nobody gets a slot meanwhile: it may be the same one, before its
// entries are cleared. It reports whether the controller has given it up.
func (d *device) leave() bool {
	c := d.c
	c.addressing.Lock()
	defer c.addressing.Unlock()
	err := c.disableSlot(d.slot)
	c.mu.Lock()
	c.slots[d.slot] = nil
	c.mu.Unlock()
	if code := codeError(0); err != nil && !errors.As(err, &code) {
		return false
	}
	c.contexts.store64(2*int(d.slot), 0)
	return true
}

package xhci

import (
	"errors"
	"fmt"
	"time"
)

// Start takes a controller over from the firmware, resets it and makes it run; what is plugged in is
// dealt with by Run. After an error the controller is halted and has no memory of ours.
func Start(cfg Config) (*Controller, error) {
	c := &Controller{
		Config: cfg, limit: commandTime,
		answers: make(chan event, 4), died: make(chan struct{}),
	}
	if err := c.geometry(); err != nil {
		return nil, err
	}
	if err := c.extended(); err != nil {
		return nil, err
	}
	if err := c.reset(); err != nil {
		return nil, err
	}
	if err := c.memory(); err != nil {
		for _, p := range c.pages {
			c.Memory.Free(p)
		}
		return nil, err
	}
	c.write(c.op+opCommand, cmdRun|cmdInterrupt)
	if !c.wait(c.op+opStatus, stsHalted, 0, 100*time.Millisecond) {
		return nil, errors.New("does not start") // the memory stays: who knows
	}
	return c, nil
}

// geometry reads where things are, and whether they can be there.
func (c *Controller) geometry() error {
	v := c.read(capLength)
	if v == portNoSuchThing || c.Size < 0x1000 {
		return errors.New("no registers")
	}
	c.version = uint16(v >> 16)
	c.op = v & 0xff
	p := c.read(capParams1)
	slots, ports := p&0xff, p>>24
	c.nslots = uint8(min(slots, maxSlots))
	features := c.read(capParamsC)
	c.low = features&has64Bits == 0
	c.words = 8
	if features&has64Contexts != 0 {
		c.words = 16
	}
	c.door = c.read(capDoor) &^ 3
	c.run = c.read(capRuntime) &^ 31
	inside := func(start, n uint64) bool { return start >= 0x20 && start+n <= c.Size }
	if slots == 0 || ports == 0 || c.op&3 != 0 ||
		!inside(uint64(c.op), opPorts+uint64(ports)*portStride) ||
		!inside(uint64(c.door), 4*(maxSlots+1)) || !inside(uint64(c.run), 0x40) {
		return fmt.Errorf("senseless registers: %d slots, %d ports, %#x %#x %#x", slots, ports, c.op, c.door, c.run)
	}
	for i := range ports {
		c.ports = append(c.ports, newPort(c, uint8(i+1)))
	}
	return nil
}

// extended goes through the extended capabilities: the firmware gives the controller up, and the
// ports' protocols are told.
func (c *Controller) extended() error {
	at := uint64(c.read(capParamsC)>>16) * 4
	for range maxExtended {
		if at == 0 || at+16 > c.Size {
			return nil
		}
		v := c.read(uint32(at))
		switch v & 0xff {
		case extLegacy:
			c.takeOver(uint32(at))
		case extProtocol:
			major := uint8(v >> 24)
			where, kind := c.read(uint32(at+8)), c.read(uint32(at+12))
			first, n := int(where&0xff), int(where>>8&0xff)
			for i := first; i < first+n && i >= 1 && i <= len(c.ports); i++ {
				c.ports[i-1].major, c.ports[i-1].slotType = major, kind&31
			}
		}
		next := uint64(v >> 8 & 0xff)
		if next == 0 {
			return nil
		}
		at += 4 * next
	}
	return nil
}

// takeOver asks the firmware, which may drive keyboards of its own, to let go; one that does not is
// overruled. Its interrupts (SMI) are switched off.
func (c *Controller) takeOver(at uint32) {
	c.write(at, c.read(at)|legacyOS)
	if !c.wait(at, legacyBIOS, 0, time.Second) {
		c.Log("xhci: the firmware does not let go")
		c.write(at, c.read(at)&^legacyBIOS|legacyOS)
	}
	c.write(at+4, c.read(at+4)&legacyKeep|legacyEvents)
}

func (c *Controller) reset() error {
	c.write(c.op+opCommand, c.read(c.op+opCommand)&^(cmdRun|cmdInterrupt))
	if !c.wait(c.op+opStatus, stsHalted, stsHalted, 100*time.Millisecond) {
		c.Log("xhci: does not halt") // and is reset all the same
	}
	c.write(c.op+opCommand, cmdReset)
	c.Sleep(time.Millisecond) // some do not bear to be read at once
	if !c.wait(c.op+opCommand, cmdReset, 0, time.Second) || !c.wait(c.op+opStatus, stsNotReady, 0, time.Second) {
		return errors.New("does not come out of reset")
	}
	if c.read(c.op+opPageSize)&1 == 0 {
		return errors.New("cannot use pages of 4 KiB")
	}
	return nil
}

// memory gives the controller its tables and rings.
func (c *Controller) memory() (err error) {
	get := func() (p Page) {
		if err == nil {
			p, err = c.page()
		}
		return p
	}
	c.contexts = get()
	commands, eventPage, table := get(), get(), get()
	if err != nil {
		return err
	}
	if err := c.scratch(); err != nil {
		return err
	}
	c.ring = newRing(commands)
	c.events = events{page: eventPage, cycle: cycleBit}
	table.store64(0, eventPage.Phys)
	table.store(2, ringSize)

	c.write(c.op+opConfig, uint32(c.nslots))
	c.write(c.op+opNotify, 0)
	c.write64(c.op+opContexts, c.contexts.Phys)
	c.write64(c.op+opRing, commands.Phys|ringCycle)
	c.write(c.run+intSegments, 1)
	c.write64(c.run+intDequeue, eventPage.Phys)
	c.write64(c.run+intTable, table.Phys)
	c.write(c.run+intModerate, moderation)
	c.write(c.run+intManage, manageEnable|managePending)
	return nil
}

// scratch gives the controller the pages that it wants for itself.
func (c *Controller) scratch() error {
	p := c.read(capParams2)
	n := int(p>>21&31<<5 | p>>27&31)
	if n == 0 {
		return nil
	}
	if n > 512 {
		return fmt.Errorf("wants %d pages for itself", n)
	}
	array, err := c.page()
	if err != nil {
		return err
	}
	for i := range n {
		page, err := c.page()
		if err != nil {
			return err
		}
		array.store64(2*i, page.Phys)
	}
	c.contexts.store64(0, array.Phys)
	return nil
}

package xhci

import (
	"errors"
	"time"
)

// command makes the controller do something, and waits until it has. One that does not end is
// aborted; a controller that cannot even do that is dead.
func (c *Controller) command(t trb) (event, error) {
	c.commands.Lock()
	defer c.commands.Unlock()
	for len(c.answers) > 0 {
		<-c.answers
	}
	at := c.ring.push(t)
	c.write(c.door, 0)
	e, err := c.answer(at)
	if err == errTimeout {
		stopped := true
		if c.read(c.op+opRing)&ringRunning != 0 {
			// All 64 bits, for which some wait. The place counts only if the ring stops this moment.
			end := c.ring.end()
			c.write64(c.op+opRing, end&^63|end&ringCycle|ringAbort)
			stopped = c.wait(c.op+opRing, ringRunning, 0, c.limit)
		}
		if _, again := c.answer(at); again == errTimeout || !stopped {
			c.fail(errors.New("a command cannot be aborted"))
			return e, errDead
		}
		return e, err
	}
	if err != nil {
		return e, err
	}
	if e.code() != codeSuccess {
		return e, codeError(e.code())
	}
	return e, nil
}

// answer waits for the completion of the command at an address. That the ring has stopped, upon an
// abort, comes with the address of the command after it, and is none.
func (c *Controller) answer(at uint64) (event, error) {
	timer := time.NewTimer(c.limit)
	defer timer.Stop()
	for {
		select {
		case e := <-c.answers:
			if e.about() == at && e.code() != codeRingStopped {
				return e, nil
			}
		case <-timer.C:
			return event{}, errTimeout
		case <-c.died:
			return event{}, errDead
		}
	}
}

// For a slot, and one of its endpoints.

func onSlot(kind uint32, slot uint8) uint32 { return kind<<typeShift | uint32(slot)<<24 }

func (c *Controller) enableSlot(slotType uint32) (uint8, error) {
	e, err := c.command(trb{3: trbEnableSlot<<typeShift | slotType<<16})
	if err == nil && (e.slot() == 0 || e.slot() > c.nslots) {
		return 0, errors.New("a slot that there is not")
	}
	return e.slot(), err
}

func (c *Controller) disableSlot(slot uint8) error {
	_, err := c.command(trb{3: onSlot(trbDisable, slot)})
	return err
}

// withContext is a command that has an input context: address, configure, evaluate.
func (c *Controller) withContext(kind uint32, slot uint8, input Page) error {
	_, err := c.command(trb{0: uint32(input.Phys), 1: uint32(input.Phys >> 32), 3: onSlot(kind, slot)})
	return err
}

// restart makes a halted endpoint go on with what will be pushed next; running says that it may not
// be halted, and has to be stopped first.
func (c *Controller) restart(slot, endpoint uint8, r *ring, running bool) error {
	on := func(kind uint32) uint32 { return onSlot(kind, slot) | uint32(endpoint)<<16 }
	kind := uint32(trbResetEP)
	if running {
		kind = trbStopEP
	}
	if _, err := c.command(trb{3: on(kind)}); err == errDead || err == errTimeout {
		return err // any other error: it is in another state than thought, which the next one tells
	}
	end := r.end()
	_, err := c.command(trb{0: uint32(end), 1: uint32(end >> 32), 3: on(trbSetDequeue)})
	return err
}

package xhci

import (
	"sync/atomic"
)

// post puts an event on the ring and interrupts.
func (f *fakeController) post(t trb) {
	if f.event == 0 {
		return
	}
	base := f.event &^ 4095
	for i := range 3 {
		f.store(f.event+uint64(4*i), t[i])
	}
	f.store(f.event+12, t[3]&^1|f.evCycle)
	if f.event += trbSize; f.event == base+uint64(f.evN)*trbSize {
		f.event, f.evCycle = base, f.evCycle^1
	}
	f.reg[fakeOp+opStatus] |= stsInterrupt
	if f.noInterrupt {
		return
	}
	select {
	case f.irq <- struct{}{}:
	default:
	}
}

func (f *fakeController) complete(kind uint32, about uint64, code uint32, rest uint32) {
	f.post(trb{uint32(about), uint32(about >> 32), code << 24, kind<<typeShift | rest})
}

// fetch reads the next TRB of a ring, following links.
func (f *fakeController) fetch(at *uint64, cycle *uint32) (t trb, where uint64, ok bool) {
	for range 2 {
		where = *at
		for i := range t {
			t[i] = f.load(where + uint64(4*i))
		}
		if t[3]&cycleBit != *cycle {
			return t, where, false
		}
		if t[3]>>typeShift&0x3f != trbLink {
			*at += trbSize
			return t, where, true
		}
		if t[3]&toggleCycle != 0 {
			*cycle ^= 1
		}
		*at = f.load64(where)
	}
	f.t.Error("links without end")
	return t, where, false
}

func (f *fakeController) doorbell(slot, target uint8) {
	if slot == 0 {
		if f.stopped {
			f.stopped = false
			f.complete(evCommand, f.command, codeRingStopped, 0)
		}
		for {
			t, at, ok := f.fetch(&f.command, &f.cmdCycle)
			if !ok {
				return
			}
			code, number := f.execute(t)
			f.complete(evCommand, at, code, uint32(number)<<24)
		}
	}
	s := f.slots[slot]
	if s == nil || s.endpoints[target] == nil {
		f.t.Errorf("doorbell of slot %d, endpoint %d", slot, target)
		return
	}
	if target == ep0Index {
		f.control(slot, s)
	} else {
		f.interruptIn(slot, target)
	}
}

// execute carries out a command.
func (f *fakeController) execute(t trb) (code uint32, slot uint8) {
	slot = uint8(t[3] >> 24)
	kind := t[3] >> typeShift & 0x3f
	if kind == trbEnableSlot {
		for i := 1; i <= fakeSlots; i++ {
			if f.slots[i] == nil {
				f.slots[i] = &fakeSlot{}
				return codeSuccess, uint8(i)
			}
		}
		return 9, 0
	}
	if kind == trbNoOp {
		return codeSuccess, 0
	}
	s := f.slots[slot]
	if s == nil {
		return 11, slot
	}
	words := uint64(32)
	if f.wide {
		words = 64
	}
	input := uint64(t[0]) | uint64(t[1])<<32
	ep := uint8(t[3] >> 16 & 31)
	switch kind {
	case trbDisable:
		f.slots[slot] = nil
	case trbAddress:
		port := f.load(input+words+4) >> 16 & 0xff
		s.device = f.at(port, f.load(input+words)&0xfffff)
		s.translator = f.load(input+words+8) & 0xffff
		if s.device == nil {
			return 4, slot
		}
		if got := f.load(input+words) >> speedShift & 15; got != s.device.speed {
			f.t.Errorf("speed %d, not %d", got, s.device.speed)
		}
		array := uint64(f.reg[fakeOp+opContexts]) | uint64(f.reg[fakeOp+opContexts+4])<<32
		s.context = f.load64(array + 8*uint64(slot))
		f.store(s.context, f.load(input+words))
		s.endpoints[1] = f.endpoint(input + 2*words)
	case trbConfigure:
		add := f.load(input + 4)
		if add&1 == 0 {
			return 17, slot
		}
		if f.load(input+words)&slotHub != 0 {
			s.hubPorts = f.load(input+words+4) >> 24
		}
		for i := uint64(2); i < 32; i++ {
			if add>>i&1 != 0 {
				at := input + (i+1)*words
				if f.load(at+4)>>3&7 != 7 || f.load(at)>>16&0xff > 15 {
					return 17, slot
				}
				s.endpoints[i] = f.endpoint(at)
			}
		}
	case trbEvaluate:
		if got := uint8(f.load(input+2*words+4) >> 16); got != s.device.packet {
			f.t.Errorf("packet size %d, not %d", got, s.device.packet)
		}
	case trbResetEP:
		if e := s.endpoints[ep]; e == nil || !e.halted {
			return 19, slot
		}
	case trbStopEP:
		s.endpoints[ep].halted = true
	case trbSetDequeue:
		e := s.endpoints[ep]
		if e == nil {
			return 19, slot
		}
		e.at, e.cycle, e.halted = uint64(t[0]&^15)|uint64(t[1])<<32, t[0]&1, false
	default:
		return 5, slot
	}
	return codeSuccess, slot
}

func (f *fakeController) endpoint(context uint64) *fakeEndpoint {
	a := f.load64(context + 8)
	return &fakeEndpoint{at: a &^ 15, cycle: uint32(a & 1)}
}

// control carries out transfers on endpoint 0.
func (f *fakeController) control(slot uint8, s *fakeSlot) {
	e := s.endpoints[ep0Index]
	rest := uint32(slot)<<24 | ep0Index<<16
	var setup [8]byte
	var answer []byte
	ok := true
	for !e.halted && !s.device.silent && !f.unplugged(s.device) {
		t, at, more := f.fetch(&e.at, &e.cycle)
		if !more {
			return
		}
		switch t[3] >> typeShift & 0x3f {
		case trbSetup:
			for i := range setup {
				setup[i] = byte(t[i/4] >> (8 * (i % 4)))
			}
			answer, ok = s.device.request(setup)
		case trbData:
			n := int(t[2] & 0x1ffff)
			buffer := uint64(t[0]) | uint64(t[1])<<32
			if !ok {
				break
			}
			if t[3]&dirIn == 0 {
				s.device.lights = uint8(f.load(buffer))
				break
			}
			got := min(n, len(answer))
			for i := range got {
				w := f.word(buffer + uint64(i))
				atomic.StoreUint32(w, *w&^(0xff<<(8*(i%4)))|uint32(answer[i])<<(8*(i%4)))
			}
			if got < n {
				f.post(trb{uint32(at), uint32(at >> 32), codeShort<<24 | uint32(n-got), evTransfer<<typeShift | rest})
			}
		case trbStatus:
			if ok {
				f.complete(evTransfer, at, codeSuccess, rest)
			}
		}
		if !ok {
			e.halted = true
			f.complete(evTransfer, at, codeStall, rest)
		}
	}
}

// interruptIn answers requests on an interrupt endpoint as far as there are reports.
func (f *fakeController) interruptIn(slot, index uint8) {
	s := f.slots[slot]
	e, d := s.endpoints[index], s.device
	for !e.halted && (len(d.reports) > 0 || d.stalls > 0) {
		t, at, ok := f.fetch(&e.at, &e.cycle)
		if !ok {
			return
		}
		rest := uint32(slot)<<24 | uint32(index)<<16
		if d.stalls > 0 {
			d.stalls--
			e.halted = true
			f.complete(evTransfer, at, codeStall, rest)
			return
		}
		r := d.reports[0]
		d.reports = d.reports[1:]
		buffer := uint64(t[0]) | uint64(t[1])<<32
		for i, b := range r {
			w := f.word(buffer + uint64(i))
			atomic.StoreUint32(w, *w&^(0xff<<(8*(i%4)))|uint32(b)<<(8*(i%4)))
		}
		left := t[2]&0x1ffff - uint32(len(r))
		code := uint32(codeSuccess)
		if left != 0 {
			code = codeShort
		}
		f.post(trb{uint32(at), uint32(at >> 32), code<<24 | left, evTransfer<<typeShift | rest})
	}
}

package xhci

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gossamer/kernel/dev/keyboard"
)

// Offsets of the fake's register blocks.
const (
	fakeOp       = 0x40
	fakeExtended = 0x800
	fakeRuntime  = 0x1000
	fakeDoor     = 0x1800
	fakeSize     = 0x2000
	fakePorts    = 4 // two of USB 2, two of USB 3
	fakeSlots    = 8
)

// fakeController is an xHCI in software: it answers as soon as a register is written.
type fakeController struct {
	t      *testing.T
	irq    chan struct{}
	mu     sync.Mutex
	reg    map[uint32]uint32
	memory map[uint64]Page
	next   uint64
	given  int // pages that the driver has
	left   int // pages that there are

	command  uint64 // where it reads next
	cmdCycle uint32
	event    uint64
	evCycle  uint32
	evN      int
	slots    [fakeSlots + 1]*fakeSlot
	devices  [fakePorts + 1]*fakeDevice

	wide                             bool // contexts of 64 bytes
	keepsBIOS, noHalt, noReset, hung bool
	noAbort, gone                    bool
	scratch                          uint32
	noInterrupt                      bool
	aborts                           int
	aborting                         bool // half of the register has been written
	stopped                          bool // upon an abort; it is told with the next doorbell
}

type fakeSlot struct {
	device     *fakeDevice
	context    uint64 // output
	translator uint32 // slot and port
	hubPorts   uint32 // as the driver says
	endpoints  [32]*fakeEndpoint
}

type fakeEndpoint struct {
	at     uint64
	cycle  uint32
	halted bool
}

// fakeDevice is what can be plugged in.
type fakeDevice struct {
	speed      uint32
	packet     uint8
	class      uint8
	config     []byte
	endpoint   uint8
	reports    [][]byte
	stalls     int            // of the interrupt endpoint
	refuse     map[uint8]bool // requests that are stalled
	silent     bool           // never answers on endpoint 0
	configured uint8
	boot       bool
	lights     uint8
	cleared    int // halts
	hub        *fakeHub
}

// fakeHub has two ports. Their status is as a hub tells it, changes in the upper half.
type fakeHub struct {
	status  [3]uint32
	devices [3]*fakeDevice
	powered int
}

func aHub(speed uint32) *fakeDevice {
	d := &fakeDevice{speed: speed, packet: 64, class: classHub, endpoint: 1, refuse: map[uint8]bool{}, hub: &fakeHub{}}
	d.config = []byte{9, 2, 25, 0, 1, 1, 0, 0xe0, 0, 9, 4, 0, 0, 1, classHub, 0, 0, 0, 7, 5, 0x81, 3, 1, 0, 12}
	return d
}

// request is what a hub does upon a setup packet that is meant for hubs only.
func (h *fakeHub) request(s [8]byte) (answer []byte, ok, known bool) {
	n := s[4]
	switch {
	case s[0] == typeIn|typeHub && s[1] == reqGetDescriptor && s[3] == descHub:
		return []byte{9, descHub, 2, 1 << 5, 0, 10, 0, 0, 0xff}, true, true
	case s[0]&0x7f != typeHubPort:
		return nil, false, false
	case n < 1 || n > 2:
		return nil, false, true
	case s[1] == reqGetStatus:
		v := h.status[n]
		return []byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)}, true, true
	case s[1] == reqSetFeature && s[2] == featurePortPower:
		h.powered++
	case s[1] == reqSetFeature && s[2] == featurePortReset:
		if d := h.devices[n]; d != nil {
			h.status[n] |= hubEnabled | hubResetChg
			h.status[n] |= map[uint32]uint32{lowSpeed: hubLowSpeed, highSpeed: hubHighSpeed}[d.speed]
		}
	case s[1] == reqClearFeature && s[2] >= featureConnectChg:
		h.status[n] &^= 1 << s[2]
	}
	return nil, true, true
}

// plugBehind puts a device into a port of a hub, or pulls it out.
func (f *fakeController) plugBehind(hub *fakeDevice, n int, d *fakeDevice) {
	f.mu.Lock()
	defer f.mu.Unlock()
	h := hub.hub
	h.devices[n] = d
	h.status[n] = hubConnectChg
	if d != nil {
		h.status[n] |= hubConnected
	}
	hub.reports = append(hub.reports, []byte{1 << n})
	f.kick(hub)
}

// at is the device at a root port, or behind it on a route; nil if there is none.
func (f *fakeController) at(root, route uint32) *fakeDevice {
	d := f.devices[root]
	for ; route != 0 && d != nil; route >>= 4 {
		if d.hub == nil || route&15 > 2 {
			return nil
		}
		d = d.hub.devices[route&15]
	}
	return d
}

func newFake(t *testing.T) *fakeController {
	return &fakeController{t: t, irq: make(chan struct{}, 1), reg: map[uint32]uint32{}, memory: map[uint64]Page{}, next: 1 << 20, left: 1000}
}

func aKeyboard() *fakeDevice {
	return &fakeDevice{speed: highSpeed, packet: 64, endpoint: 1, config: configuration(1, 0x81, 8, 7), refuse: map[uint8]bool{}}
}

// configuration is a descriptor of a keyboard, with a HID descriptor that means nothing here.
func configuration(value, endpoint, packet, interval uint8) []byte {
	return []byte{9, 2, 34, 0, 1, value, 0, 0xa0, 50,
		9, 4, 0, 0, 1, 3, 1, 1, 0,
		9, 0x21, 0x11, 1, 0, 1, 0x22, 63, 0,
		7, 5, endpoint, 3, packet, 0, interval}
}

// Page and Free implement Memory.
func (f *fakeController) Page(low bool) (Page, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left == 0 {
		return Page{}, false
	}
	f.left--
	f.given++
	p := Page{Phys: f.next, Words: new([1024]uint32)}
	f.next += 4096
	f.memory[p.Phys] = p
	return p, true
}

func (f *fakeController) Free(p Page) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.memory[p.Phys]; !ok {
		f.t.Errorf("page %#x freed twice", p.Phys)
	}
	delete(f.memory, p.Phys)
	f.left++
	f.given--
}

func (f *fakeController) pages() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.given
}

// word is the place of a physical address.
func (f *fakeController) word(a uint64) *uint32 {
	p, ok := f.memory[a&^4095]
	if !ok {
		f.t.Errorf("the controller reaches for %#x", a)
		return new(uint32)
	}
	return &p.Words[a%4096/4]
}

func (f *fakeController) load(a uint64) uint32     { return atomic.LoadUint32(f.word(a)) }
func (f *fakeController) load64(a uint64) uint64   { return uint64(f.load(a)) | uint64(f.load(a+4))<<32 }
func (f *fakeController) store(a uint64, v uint32) { atomic.StoreUint32(f.word(a), v) }

// Read implements Registers.
func (f *fakeController) Read(at uint32) uint32 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.gone {
		return ^uint32(0)
	}
	switch at {
	case capLength:
		return 0x0110_0000 | fakeOp
	case capParams1:
		return fakePorts<<24 | 1<<8 | fakeSlots
	case capParams2:
		return f.scratch<<27 | f.scratch>>5<<21
	case capParamsC:
		v := uint32(fakeExtended/4<<16 | has64Bits)
		if f.wide {
			v |= has64Contexts
		}
		return v
	case capDoor:
		return fakeDoor
	case capRuntime:
		return fakeRuntime
	case fakeOp + opPageSize:
		return 1
	case fakeExtended:
		return f.reg[at] | extLegacy | 4<<8
	case fakeExtended + 16: // USB 2
		return 2<<24 | extProtocol | 4<<8
	case fakeExtended + 16 + 8:
		return 2<<8 | 1
	case fakeExtended + 32: // USB 3
		return 3<<24 | extProtocol
	case fakeExtended + 32 + 8:
		return 2<<8 | 3
	}
	return f.reg[at]
}

// Write implements Registers.
func (f *fakeController) Write(at uint32, v uint32) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at >= fakeDoor {
		if at == fakeDoor {
			f.reg[fakeOp+opRing] |= ringRunning
		}
		if !f.hung {
			f.doorbell(uint8((at-fakeDoor)/4), uint8(v))
		}
		return
	}
	const status = fakeOp + opStatus
	switch {
	case at == fakeExtended && v&legacyOS != 0 && !f.keepsBIOS:
		v &^= legacyBIOS
	case at == fakeOp+opCommand:
		if v&cmdReset != 0 {
			v = 0
			f.reset()
			if f.noReset {
				v = cmdReset
			}
		}
		f.reg[status] |= stsHalted
		if v&cmdRun != 0 || f.noHalt {
			f.reg[status] &^= stsHalted
		}
	case at == status:
		v = f.reg[at] &^ (v & stsInterrupt)
	case at == fakeOp+opRing:
		if v&ringAbort != 0 {
			f.aborts++
			f.aborting = true
			return
		}
		f.command, f.cmdCycle = uint64(v&^63), v&1
	case at == fakeOp+opRing+4 && f.aborting:
		f.aborting = false
		if !f.noAbort {
			f.complete(evCommand, f.command, 25, 0)
			f.command += trbSize
			f.reg[fakeOp+opRing] &^= ringRunning
			f.stopped = true
		}
		return
	case at == fakeOp+opRing+4:
		f.command |= uint64(v) << 32
	case at == fakeRuntime+intTable+4: // the end of setting up
		table := uint64(f.reg[at-4]) | uint64(v)<<32
		f.event, f.evCycle, f.evN = f.load64(table), 1, int(f.load(table+8))
	case at >= fakeOp+opPorts && at < fakeOp+opPorts+fakePorts*portStride:
		f.writePort(at, v)
		return
	}
	f.reg[at] = v
}

func (f *fakeController) reset() {
	f.slots = [fakeSlots + 1]*fakeSlot{}
	for i := range fakePorts {
		at := portAt(i + 1)
		f.reg[at] = portPower
		if f.devices[i+1] != nil {
			f.reg[at] |= portConnected | portConnectChg
		}
	}
}

func portAt(n int) uint32 { return fakeOp + opPorts + uint32(n-1)*portStride }

// plug puts a device into a port, or pulls it out (nil).
func (f *fakeController) plug(n int, d *fakeDevice) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.devices[n] = d
	at := portAt(n)
	f.reg[at] = f.reg[at]&^(portConnected|portEnabled|15<<portSpeed) | portConnectChg
	if d != nil {
		f.reg[at] |= portConnected
	}
	f.post(trb{uint32(n) << 24, 0, codeSuccess << 24, evPort << typeShift})
}

func (f *fakeController) writePort(at, v uint32) {
	n := int(at-fakeOp-opPorts)/portStride + 1
	now := f.reg[at] &^ (v & portChanges)
	if v&portEnabled != 0 {
		now &^= portEnabled
	}
	if v&(portReset|portWarmReset) != 0 && f.devices[n] != nil {
		now = now&^(15<<portSpeed) | portEnabled | portResetChg | f.devices[n].speed<<portSpeed
		f.reg[at] = now
		f.post(trb{uint32(n) << 24, 0, codeSuccess << 24, evPort << typeShift})
		return
	}
	f.reg[at] = now
}

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

// unplugged reports whether a device is in no port any more.
func (f *fakeController) unplugged(d *fakeDevice) bool {
	for _, have := range f.devices {
		if d.isBehind(have) {
			return false
		}
	}
	return true
}

func (d *fakeDevice) isBehind(have *fakeDevice) bool {
	if have == nil || have == d || have.hub == nil {
		return have == d
	}
	return d.isBehind(have.hub.devices[1]) || d.isBehind(have.hub.devices[2])
}

// request is what the device does upon a setup packet.
func (d *fakeDevice) request(s [8]byte) (answer []byte, ok bool) {
	if d.refuse[s[1]] {
		return nil, false
	}
	if d.hub != nil {
		if answer, ok, known := d.hub.request(s); known {
			return answer, ok
		}
	}
	switch {
	case s[0] == typeIn && s[1] == reqGetDescriptor && s[3] == descDevice:
		return []byte{18, 1, 0, 2, d.class, 0, 0, d.packet, 0x34, 0x12, 0x78, 0x56, 0, 1, 0, 0, 0, 1}, true
	case s[0] == typeIn && s[1] == reqGetDescriptor && s[3] == descConfiguration:
		return d.config, true
	case s[0] == typeStandard && s[1] == reqSetConfiguration:
		d.configured = s[2]
	case s[0] == typeClass && s[1] == hidSetProtocol:
		d.boot = s[2] == protocolBoot
	case s[0] == typeClass && (s[1] == hidSetIdle || s[1] == hidSetReport):
	case s[0] == typeEndpoint && s[1] == reqClearFeature && s[4] == d.endpoint|endpointIn:
		d.cleared++
	default:
		return nil, false
	}
	return nil, true
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

// report has a device send reports.
func (f *fakeController) report(d *fakeDevice, reports ...[]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	d.reports = append(d.reports, reports...)
	f.kick(d)
}

func (f *fakeController) stall(d *fakeDevice, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	d.stalls = times
	f.kick(d)
}

func (f *fakeController) kick(d *fakeDevice) {
	for i, s := range f.slots {
		if s != nil && s.device == d && s.endpoints[d.endpoint*2+1] != nil {
			f.interruptIn(uint8(i), d.endpoint*2+1)
		}
	}
}

// look looks at the fake's state.
func (f *fakeController) look(at func() bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return at()
}

// rig is a driver that runs on a fake.
type rig struct {
	*fakeController
	*Controller
	now   atomic.Int64
	mu    sync.Mutex
	typed []byte
	log   []string
	done  chan struct{}
	ended chan error
}

// boots starts the driver; it is stopped when the test ends.
func (f *fakeController) boots() (*rig, error) {
	r := &rig{fakeController: f, done: make(chan struct{}), ended: make(chan error, 1)}
	k := keyboard.New(keyboard.Config{NumLock: true, NoRepeat: true, Out: func(p []byte) {
		r.mu.Lock()
		r.typed = append(r.typed, p...)
		r.mu.Unlock()
	}})
	c, err := Start(Config{
		Registers: f, Size: fakeSize, Memory: f, Keyboard: k, Interrupt: f.irq,
		Now:   r.now.Load,
		Sleep: func(d time.Duration) { r.now.Add(int64(d)); time.Sleep(d / 1000) },
		Log: func(format string, args ...any) {
			r.mu.Lock()
			r.log = append(r.log, format)
			r.mu.Unlock()
		},
	})
	if err != nil {
		return r, err
	}
	c.limit = 200 * time.Millisecond
	r.Controller = c
	go func() { r.ended <- c.Run(r.done) }()
	return r, nil
}

func (r *rig) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return string(r.typed)
}

// until waits for something to become so.
func (r *rig) until(what string, so func() bool) {
	r.t.Helper()
	for end := time.Now().Add(20 * time.Second); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("it does not come to be: %s; typed %q, log %q, report %q", what, r.text(), r.log, r.Controller.Report())
		}
	}
}

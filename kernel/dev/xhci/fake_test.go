package xhci

import (
	"sync"
	"sync/atomic"
	"testing"
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

func newFake(t *testing.T) *fakeController {
	return &fakeController{t: t, irq: make(chan struct{}, 1), reg: map[uint32]uint32{}, memory: map[uint64]Page{}, next: 1 << 20, left: 1000}
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

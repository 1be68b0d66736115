package xhci

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Requests (USB 2.0, 9.4; HID 7.2), and to whom.
const (
	typeStandard = 0x00
	typeClass    = 0x21 // an interface's, of its class
	typeEndpoint = 0x02
	typeHub      = 0x20 // a hub, of its class
	typeHubPort  = 0x23
	typeIn       = 0x80

	reqGetStatus        = 0
	reqClearFeature     = 1
	reqSetFeature       = 3
	reqGetDescriptor    = 6
	reqSetConfiguration = 9
	hidSetReport        = 9
	hidSetIdle          = 10
	hidSetProtocol      = 11

	featureHalt  = 0
	outputReport = 2 << 8
	protocolBoot = 0
)

const (
	dirIn       = 1 << 16 // of a data or status TRB
	setupNoData = 0 << 16
	setupOut    = 2 << 16
	setupIn     = 3 << 16
)

func le16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }

// descriptor reads the first n bytes of a descriptor; fewer are an error of a device's, others
// say themselves how long they are.
func (d *device) descriptor(kind uint8, n int) ([]byte, error) {
	to := uint8(typeStandard)
	if kind == descHub {
		to = typeHub
	}
	b := make([]byte, n)
	got, err := d.control(typeIn|to, reqGetDescriptor, uint16(kind)<<8, 0, b)
	if err != nil {
		return nil, err
	}
	if got < 4 || got < n && kind == descDevice || b[1] != kind {
		return nil, fmt.Errorf("%d bytes of %d: %#x", got, n, b[:min(got, 4)])
	}
	return b[:got], nil
}

// out is a control transfer to the device.
func (d *device) out(kind, request uint8, value, index uint16, data []byte) error {
	_, err := d.control(kind, request, value, index, data)
	return err
}

// control is a transfer on endpoint 0: to the device, or from it if kind has typeIn. data is a page
// at the most. It returns how many bytes went over.
func (d *device) control(kind, request uint8, value, index uint16, data []byte) (n int, err error) {
	c := d.c
	d.controls.Lock()
	defer d.controls.Unlock()
	for len(d.inbox.control) > 0 {
		<-d.inbox.control // late
	}
	in := kind&typeIn != 0
	if len(data) > 4096 {
		return 0, errors.New("too much for a transfer")
	}
	stage, last := uint32(setupNoData), uint32(dirIn)
	if len(data) > 0 {
		if stage = setupOut; in {
			stage, last = setupIn, 0
		}
	}
	d.ep0.push(trb{
		uint32(kind) | uint32(request)<<8 | uint32(value)<<16, uint32(index) | uint32(len(data))<<16,
		8, trbSetup<<typeShift | immediate | stage,
	})
	dataAt := uint64(0)
	if len(data) > 0 {
		how := uint32(trbData<<typeShift | shortIsGood)
		if in {
			how |= dirIn
		} else {
			d.buffer.put(data)
		}
		dataAt = d.ep0.push(trb{uint32(d.buffer.Phys), uint32(d.buffer.Phys >> 32), uint32(len(data)), how})
	}
	statusAt := d.ep0.push(trb{3: trbStatus<<typeShift | interrupts | last})
	c.write(c.door+4*uint32(d.slot), ep0Index)

	n = len(data)
	timer := time.NewTimer(c.limit)
	defer timer.Stop()
	for {
		select {
		case e := <-d.inbox.control:
			switch {
			case e.code() == codeShort && e.about() == dataAt:
				n = max(0, len(data)-e.left())
			case e.code() != codeSuccess && e.code() != codeShort:
				if err := c.restart(d.slot, ep0Index, d.ep0, false); err != nil {
					return 0, err
				}
				return 0, codeError(e.code())
			case e.about() == statusAt:
				if in {
					d.buffer.get(data[:n])
				}
				return n, nil
			}
		case <-timer.C:
			if err := c.restart(d.slot, ep0Index, d.ep0, true); err != nil {
				return 0, err
			}
			return 0, errTimeout
		case <-c.died:
			return 0, errDead
		}
	}
}

// put and get copy bytes to and from the beginning of a page.
func (p Page) put(b []byte) {
	for i := 0; i < len(b); i += 4 {
		var w [4]byte
		copy(w[:], b[i:])
		p.store(i/4, binary.LittleEndian.Uint32(w[:]))
	}
}

func (p Page) get(b []byte) {
	for i := 0; i < len(b); i += 4 {
		var w [4]byte
		binary.LittleEndian.PutUint32(w[:], p.load(i/4))
		copy(b[i:], w[:])
	}
}

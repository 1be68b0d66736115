package xhci

import "errors"

// endpoint is an interrupt endpoint, on which a device sends reports when it has something to say.
type endpoint struct {
	function
	d      *device
	index  uint8 // of its context
	ring   *ring
	data   Page   // the report
	asked  uint64 // where the request is that is under way; 0: it has failed
	errors int    // in a row
}

// maxErrors in a row are too many.
const maxErrors = 10

var errEndpoint = errors.New("its endpoint fails again and again")

func newEndpoint(d *device, f function) endpoint {
	return endpoint{function: f, d: d, index: f.endpoint*2 + 1}
}

// ask makes the controller wait for the next report.
func (e *endpoint) ask() {
	e.asked = e.ring.push(trb{
		uint32(e.data.Phys), uint32(e.data.Phys >> 32), uint32(e.packet),
		trbNormal<<typeShift | interrupts | shortIsGood,
	})
	e.d.c.write(e.d.c.door+4*uint32(e.d.slot), uint32(e.index))
}

// take returns the length of the report that v tells of; false if it is about another endpoint, or
// a failure, which recover deals with.
func (e *endpoint) take(v event) (n int, ok bool) {
	if v.endpoint() != e.index || v.about() != e.asked {
		return 0, false
	}
	if v.code() != codeSuccess && v.code() != codeShort {
		e.errors++
		e.asked = 0
		return 0, false
	}
	e.errors = 0
	return max(0, int(e.packet)-v.left()), true
}

// recover makes an endpoint go on that has failed.
func (e *endpoint) recover() error {
	d := e.d
	if e.errors > maxErrors {
		return errEndpoint
	}
	d.c.Sleep(recovery)
	if err := d.c.restart(d.slot, e.index, e.ring, false); err != nil {
		return err
	}
	if err := d.out(typeEndpoint, reqClearFeature, featureHalt, uint16(e.function.endpoint)|endpointIn, nil); err != nil {
		return err
	}
	e.ask()
	return nil
}

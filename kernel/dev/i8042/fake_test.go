package i8042

import (
	"testing"
	"time"

	"gossamer/kernel/dev/keyboard"
)

// fake is a controller with a keyboard, in a time of its own that passes only in Sleep.
type fake struct {
	t       *testing.T
	now     int64
	out     []uint8 // what waits to be read
	parity  bool    // the next byte has an error
	config  uint8
	want    uint8 // the command that waits for data
	raw     bool  // it cannot translate
	self    uint8 // answer to the self-test
	port    uint8 // and to the port test
	mute    bool  // it takes commands and never answers
	stuck   bool  // it never takes anything
	absent  bool
	garbage uint8 // not 0: there is always this byte to read

	noKeyboard bool
	dull       bool // the keyboard ignores the first disable
	nak        int  // so many bytes are answered with "resend" first
	pending    uint8
	enabled    bool
	lamps      uint8
	set        uint8
	writes     int
	irq        chan struct{} // nil: the interrupt does not arrive
}

func newFake(t *testing.T) *fake {
	return &fake{t: t, config: configIRQ | configAuxIRQ | configTranslate, self: selfTestGood, set: 2}
}

func (f *fake) Status() uint8 {
	switch {
	case f.absent:
		return absent
	case f.garbage != 0:
		return statusOutput
	}
	var s uint8
	if f.stuck {
		s |= statusInput
	}
	if len(f.out) > 0 {
		s |= statusOutput
		if f.parity {
			s |= statusParity
		}
	}
	return s
}

func (f *fake) Read() uint8 {
	if f.garbage != 0 || len(f.out) == 0 {
		return f.garbage
	}
	b := f.out[0]
	f.out, f.parity = f.out[1:], false
	return b
}

func (f *fake) answer(b ...uint8) {
	if f.mute {
		return
	}
	f.out = append(f.out, b...)
	if f.irq != nil && f.config&configIRQ != 0 {
		select {
		case f.irq <- struct{}{}:
		default:
		}
	}
}

func (f *fake) Command(v uint8) {
	switch v {
	case cmdReadConfig:
		f.answer(f.config)
	case cmdSelfTest:
		f.config = 0 // as some do
		f.answer(f.self)
	case cmdTestPort:
		f.answer(f.port)
	case cmdPortOff:
		f.config |= configPortOff
	case cmdPortOn:
		f.config &^= configPortOff
	case cmdWriteConfig:
		f.want = v
	}
}

func (f *fake) Write(v uint8) {
	if f.want == cmdWriteConfig {
		f.want = 0
		if f.raw {
			v &^= configTranslate
		}
		f.config = v
		return
	}
	f.writes++
	switch {
	case f.noKeyboard || f.config&configPortOff != 0:
	case f.nak > 0:
		f.nak--
		f.answer(kbdResend)
	case f.pending != 0:
		switch f.pending {
		case kbdLights:
			f.lamps = v
		case kbdScanSet:
			f.set = v
		}
		f.pending = 0
		f.answer(kbdACK)
	default:
		switch v {
		case kbdDisable:
			if f.dull {
				return
			}
			f.enabled = false
		case kbdEnable:
			f.enabled = true
		case kbdReset:
			f.dull = false
			f.answer(kbdACK, kbdPassed)
			return
		case kbdLights, kbdScanSet, kbdRepeat:
			f.pending = v
		default:
			f.answer(kbdResend)
			return
		}
		f.answer(kbdACK)
	}
}

// rig is a driver on a fake, and what was typed.
type rig struct {
	*fake
	*Controller
	typed []byte
	log   []string
}

func (f *fake) start() (*rig, error) {
	r := &rig{fake: f}
	f.irq = make(chan struct{}, 1)
	c, err := Start(Config{
		Ports:     f,
		Raw:       f.raw,
		Keyboard:  keyboard.New(keyboard.Config{NumLock: true, Out: func(p []byte) { r.typed = append(r.typed, p...) }}),
		Interrupt: f.irq,
		Now:       func() int64 { return f.now },
		Sleep:     func(d time.Duration) { f.now += int64(d) },
		Log:       func(format string, _ ...any) { r.log = append(r.log, format) },
	})
	r.Controller = c
	return r, err
}

// serve runs the driver until it has nothing left to do.
func (r *rig) serve(t *testing.T, bytes ...uint8) error {
	t.Helper()
	r.out = append(r.out, bytes...)
	for {
		if !r.drain() {
			return errGone
		}
		switch {
		case r.fresh:
			r.fresh = false
			r.setup()
		case len(r.lights) > 0:
			r.drainLights()
		default:
			return nil
		}
	}
}

package i8042

import (
	"testing"
	"time"

	"gossamer/kernel/dev/keyboard"
)

// A good controller, with translation and without: keys, extended keys, locks and their lights.
func TestGood(t *testing.T) {
	for _, c := range []struct {
		raw   bool
		bytes []uint8
	}{
		// a, shift-b, Up, Pause, Print, keypad Enter, caps lock, a
		{false, []uint8{0x1e, 0x9e, 0x2a, 0x30, 0xb0, 0xaa, 0xe0, 0x48, 0xe0, 0xc8, 0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5,
			0xe0, 0x2a, 0xe0, 0x37, 0xe0, 0xb7, 0xe0, 0xaa, 0xe0, 0x1c, 0xe0, 0x9c, 0x3a, 0xba, 0x1e, 0x9e}},
		{true, []uint8{0x1c, 0xf0, 0x1c, 0x12, 0x32, 0xf0, 0x32, 0xf0, 0x12, 0xe0, 0x75, 0xe0, 0xf0, 0x75, 0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77,
			0xe0, 0x12, 0xe0, 0x7c, 0xe0, 0xf0, 0x7c, 0xe0, 0xf0, 0x12, 0xe0, 0x5a, 0xe0, 0xf0, 0x5a, 0x58, 0xf0, 0x58, 0x1c, 0xf0, 0x1c}},
	} {
		f := newFake(t)
		f.raw = c.raw
		r, err := f.start()
		if err != nil {
			t.Fatal(err)
		}
		if r.dec.translated == c.raw || !f.enabled || f.set != 2 || !r.said || f.lamps != 2 {
			t.Errorf("raw %v: %+v", c.raw, f)
		}
		if want := uint8(configIRQ | configAuxOff); f.config&^configTranslate != want {
			t.Errorf("configuration %#x", f.config)
		}
		if err := r.serve(t, c.bytes...); err != nil {
			t.Error(err)
		}
		if got := string(r.typed); got != "aB\x1b[A\rA" {
			t.Errorf("raw %v: %q", c.raw, got)
		}
		if f.lamps != 2|4 {
			t.Errorf("lights %#x after caps lock", f.lamps)
		}
	}
}

// Controllers that are not there, do not take or do not answer cost a bounded time.
func TestBad(t *testing.T) {
	for name, c := range map[string]struct {
		breakIt func(f *fake)
		want    error
	}{
		"absent":   {func(f *fake) { f.absent = true }, ErrAbsent},
		"stuck":    {func(f *fake) { f.stuck = true }, ErrSilent},
		"mute":     {func(f *fake) { f.mute = true }, ErrSilent},
		"garbage":  {func(f *fake) { f.garbage = 0x5a }, ErrSilent},
		"all ones": {func(f *fake) { f.garbage = 0xff }, ErrSilent},
	} {
		f := newFake(t)
		c.breakIt(f)
		if _, err := f.start(); err != c.want {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if limit := int64(2 * time.Second); f.now > limit {
			t.Errorf("%s: took %d ms", name, f.now/1e6)
		}
	}
}

// Failing self-tests are told and not believed, and a keyboard that wants a byte twice gets it.
func TestOdd(t *testing.T) {
	f := newFake(t)
	f.self, f.port, f.nak = 0xfc, 1, 2
	r, err := f.start()
	if err != nil || !f.enabled || len(r.log) != 3 {
		t.Fatalf("%v, %+v, log %q", err, f, r.log)
	}
	f = newFake(t)
	f.dull = true // needs a reset first
	if r, err = f.start(); err != nil || !f.enabled || !r.said {
		t.Fatalf("%v, %+v", err, f)
	}
	f = newFake(t)
	f.nak = 1 << 30
	if r, err = f.start(); err != nil || r.said {
		t.Fatalf("%v: a keyboard that never takes a byte answers", err)
	}
}

// A keyboard that is plugged in later, or again, is set up when it announces itself.
func TestHotPlug(t *testing.T) {
	for _, raw := range []bool{false, true} {
		f := newFake(t)
		f.raw, f.noKeyboard = raw, true
		r, err := f.start()
		if err != nil || r.said || f.config&configIRQ == 0 {
			t.Fatalf("%v, %+v", err, f)
		}
		r.serve(t, 0x1e) // keys of nobody
		for range 2 {
			f.noKeyboard, f.enabled = false, false
			if err := r.serve(t, kbdPassed); err != nil || !f.enabled || !r.said {
				t.Errorf("raw %v: %v, %+v", raw, err, f)
			}
		}
		if r.Keyboard.Devices() != 1 || len(r.typed) != 0 {
			t.Errorf("%d devices, typed %q", r.Keyboard.Devices(), r.typed)
		}
	}
}

// Keys that arrive while a command waits for its answer count; bytes with errors do not; lost
// keys release those that are held.
func TestNoise(t *testing.T) {
	f := newFake(t)
	r, err := f.start()
	if err != nil {
		t.Fatal(err)
	}
	f.out = append(f.out, 0x1e, 0x9e)
	if !r.tell(kbdLights, 7) || string(r.typed) != "a" || f.lamps != 7 {
		t.Errorf("%q, lights %d", r.typed, f.lamps)
	}
	f.parity = true
	r.serve(t, 0x1e)
	r.serve(t, 0x2a, 0xff, 0x30) // shift, then overrun
	if string(r.typed) != "ab" {
		t.Errorf("%q", r.typed)
	}
	f.garbage = 0x2a
	if err := r.serve(t); err != errGone {
		t.Errorf("endless bytes: %v", err)
	}
	f.garbage = kbdPassed
	begin := f.now
	if r.tell(kbdEnable) || f.now-begin > int64(2*tellTime) {
		t.Errorf("took %d ms", (f.now-begin)/1e6)
	}
}

// Run ends when it is told to, when the controller vanishes, and without an interrupt it polls.
func TestRun(t *testing.T) {
	f := newFake(t)
	r, err := f.start()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	ended := make(chan error)
	go func() { ended <- r.Run(done) }()
	close(done)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	// An interrupt that does not arrive is noticed; without one the driver polls.
	if !r.interrupts(nil) || len(r.log) != 1 {
		t.Errorf("interrupts do not arrive; log %q", r.log)
	}
	f.irq = nil
	if r.interrupts(nil) || len(r.log) != 2 {
		t.Errorf("interrupts arrive; log %q", r.log)
	}
	r.Interrupt = nil
	f.out = []uint8{0x1e}
	typed := make(chan struct{})
	r.Keyboard = keyboard.New(keyboard.Config{Out: func([]byte) { close(typed) }})
	r.device = r.Keyboard.Attach(nil, true)
	done = make(chan struct{})
	go func() { ended <- r.Run(done) }()
	<-typed
	close(done)
	<-ended
	f.absent = true
	if err := r.Run(nil); err != errGone {
		t.Error(err)
	}
}

// Both sets have the same keys, and no code has two.
func TestTable(t *testing.T) {
	var s1, s2, keys [256]bool
	for _, k := range table {
		if s1[k.set1] || s2[k.set2] || k.set1 >= 0x80 {
			t.Errorf("code %#x, %#x twice", k.set1, k.set2)
		}
		s1[k.set1], s2[k.set2] = true, true
		for _, key := range []keyboard.Key{k.key, k.extended} {
			if key != keyboard.None && key != keyboard.Print && keys[key] {
				t.Errorf("key %#x twice", key)
			}
			keys[key] = true
		}
	}
	for key := keyboard.A; key <= keyboard.Menu; key++ {
		if key != keyboard.Hash && !keys[key] { // whose code is Backslash's
			t.Errorf("no code for key %#x", key)
		}
	}
}

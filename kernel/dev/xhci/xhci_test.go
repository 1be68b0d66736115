package xhci

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gossamer/kernel/dev/keyboard"
)

// key is a report of one key that is down, or none.
func key(k keyboard.Key) []byte { return []byte{0, 0, byte(k), 0, 0, 0, 0, 0} }

func shifted(k keyboard.Key) []byte { return []byte{2, 0, byte(k), 0, 0, 0, 0, 0} }

// tap is a key pressed and let go.
func tap(keys ...keyboard.Key) (reports [][]byte) {
	for _, k := range keys {
		reports = append(reports, key(k), key(0))
	}
	return reports
}

func start(t *testing.T, f *fakeController) *rig {
	t.Helper()
	r, err := f.boots()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		close(r.done)
		<-r.ended
	})
	return r
}

func (r *rig) keyboards(n int) {
	r.t.Helper()
	r.until("number of keyboards", func() bool { return r.Keyboard.Devices() == n })
}

// A keyboard that is there from the start is set up and types; for contexts of both sizes, with
// pages for the controller itself, and with firmware that does not let go.
func TestTypes(t *testing.T) {
	for _, wide := range []bool{false, true} {
		f := newFake(t)
		f.wide, f.keepsBIOS, f.scratch = wide, wide, 33
		f.reg[fakeExtended] = legacyBIOS
		d := aKeyboard()
		f.devices[2] = d
		r := start(t, f)
		r.keyboards(1)
		f.report(d, key(keyboard.A), shifted(keyboard.A), key(0), shifted(keyboard.A), key(0))
		r.until("aA", func() bool { return r.text() == "aA" })
		r.until("num lock's light", func() bool { return f.look(func() bool { return d.lights == 1 }) })
		f.report(d, tap(keyboard.CapsLock, keyboard.A)...)
		r.until("capital A", func() bool { return r.text() == "aAA" })
		r.until("caps lock's light", func() bool { return f.look(func() bool { return d.lights == 3 }) })
		if d.configured != 1 || !d.boot {
			t.Errorf("configuration %d, boot protocol %v", d.configured, d.boot)
		}
		if f.reg[fakeExtended]&(legacyBIOS|legacyOS) != legacyOS {
			t.Errorf("the firmware still has it: %#x", f.reg[fakeExtended])
		}
		if got := strings.Join(r.Controller.Report(), "\n"); !strings.Contains(got, "port 2: 1234:5678 class 00, high speed: keyboard") {
			t.Errorf("report:\n%s", got)
		}
	}
}

// A controller whose interrupt does not arrive is polled.
func TestNoInterrupt(t *testing.T) {
	f := newFake(t)
	f.noInterrupt = true
	d := aKeyboard()
	f.devices[1] = d
	r := start(t, f)
	r.keyboards(1)
	f.report(d, tap(keyboard.A)...)
	r.until("a", func() bool { return r.text() == "a" })
	f.plug(2, aKeyboard())
	r.keyboards(2)
}

// Keyboards come and go, on all ports and at all speeds; rings wrap; no memory is lost.
func TestPlugging(t *testing.T) {
	f := newFake(t)
	r := start(t, f)
	base := f.pages()
	want := ""
	for round := range 4 {
		var devices []*fakeDevice
		for n := 1; n <= fakePorts; n++ {
			d := aKeyboard()
			d.speed = uint32(round%2*2 + 1) // full or high
			if d.speed == fullSpeed {
				d.packet = []uint8{8, 16, 32, 64}[n-1]
			}
			d.endpoint = uint8(n)
			d.config = configuration(7, d.endpoint|endpointIn, 8, 10)
			devices = append(devices, d)
			f.plug(n, d)
		}
		r.keyboards(fakePorts)
		for range 100 { // more than a ring has room for
			for _, d := range devices {
				f.report(d, tap(keyboard.A)...)
			}
			want += "aaaa"
			r.until("keys of four keyboards", func() bool { return len(r.text()) >= len(want) })
		}
		if r.text() != want {
			t.Fatalf("%d characters, want %d", len(r.text()), len(want))
		}
		f.report(devices[0], shifted(keyboard.A)) // pulled out with Shift held
		want += "A"
		r.until("A", func() bool { return r.text() == want })
		f.plug(1, nil)
		r.keyboards(fakePorts - 1)
		f.report(devices[1], tap(keyboard.A)...)
		want += "a"
		r.until("a", func() bool { return r.text() == want })
		for n := 2; n <= fakePorts; n++ {
			f.plug(n, nil)
		}
		r.keyboards(0)
		r.until("memory back", func() bool { return f.pages() == base })
	}
}

// An endpoint that stalls goes on, its halt cleared; one that stalls for ever is given up.
func TestStalls(t *testing.T) {
	f := newFake(t)
	d := aKeyboard()
	f.devices[1] = d
	r := start(t, f)
	r.keyboards(1)
	f.stall(d, 3)
	f.report(d, tap(keyboard.A)...)
	r.until("a after three stalls", func() bool { return r.text() == "a" })
	if !f.look(func() bool { return d.cleared == 3 }) {
		t.Errorf("%d halts cleared", d.cleared)
	}
	f.stall(d, 1000)
	r.keyboards(0)
	f.plug(1, nil)
	f.stall(d, 0)
	f.plug(1, aKeyboard())
	r.keyboards(1)
}

// Devices that refuse, keep silent, or are something else cost a bounded time, and no memory; the
// next one works.
func TestOddDevices(t *testing.T) {
	for name, c := range map[string]struct {
		odd    func(d *fakeDevice)
		works  bool
		report string
	}{
		"no idle":         {func(d *fakeDevice) { d.refuse[hidSetIdle] = true }, true, "keyboard"},
		"no descriptor":   {func(d *fakeDevice) { d.refuse[reqGetDescriptor] = true }, false, "device descriptor: completion code 6"},
		"no boot":         {func(d *fakeDevice) { d.refuse[hidSetProtocol] = true }, false, "boot protocol: completion code 6"},
		"silent":          {func(d *fakeDevice) { d.silent = true }, false, "no answer in time"},
		"packets of 7":    {func(d *fakeDevice) { d.packet = 7 }, false, "packets of 7 bytes"},
		"empty":           {func(d *fakeDevice) { d.config = nil }, false, "configuration: 0 bytes"},
		"a mouse":         {func(d *fakeDevice) { d.config[9+7] = 2 }, false, "not a keyboard"},
		"a fast hub":      {func(d *fakeDevice) { *d = *aHub(superSpeed) }, false, "half of a hub"},
		"a bad hub":       {func(d *fakeDevice) { d.class, d.config = classHub, aHub(highSpeed).config }, false, "hub: completion code 6"},
		"short reports":   {func(d *fakeDevice) { d.config[9+9+9+4] = 3 }, false, "not a keyboard"},
		"length too long": {func(d *fakeDevice) { d.config[2] = 255 }, true, "keyboard"},
	} {
		f := newFake(t)
		d := aKeyboard()
		c.odd(d)
		r := start(t, f)
		base := f.pages()
		f.plug(1, d)
		r.until(name+": "+c.report, func() bool { return strings.Contains(strings.Join(r.Controller.Report(), "\n"), c.report) })
		if c.works {
			r.keyboards(1)
		} else {
			r.until(name+": memory back", func() bool { return f.pages() == base })
		}
		f.plug(1, nil)
		r.until(name+": gone", func() bool { return len(r.Controller.Report()) == 1 })
		f.plug(1, aKeyboard())
		r.keyboards(1)
	}
}

// Keyboards behind hubs, and hubs behind these: found by their route, with a translator where one is
// needed; they go when a hub goes, and nothing stays behind.
func TestHubs(t *testing.T) {
	f := newFake(t)
	r := start(t, f)
	base := f.pages()
	for range 3 {
		outer, inner := aHub(highSpeed), aHub(fullSpeed)
		slow, fast := aKeyboard(), aKeyboard()
		slow.speed, slow.packet = lowSpeed, 8
		f.plug(2, outer)
		r.until("a hub", func() bool {
			return strings.Contains(strings.Join(r.Controller.Report(), "\n"), "port 2: 1234:5678 class 09, high speed: hub of 2 ports")
		})
		f.plugBehind(outer, 1, fast)
		f.plugBehind(outer, 2, inner)
		r.keyboards(1)
		r.until("another hub", func() bool {
			return strings.Contains(strings.Join(r.Controller.Report(), "\n"), "port 2.2: 1234:5678 class 09, full speed: hub of 2 ports")
		})
		f.plugBehind(inner, 2, slow)
		r.keyboards(2)
		r.until("its place", func() bool {
			return strings.Contains(strings.Join(r.Controller.Report(), "\n"), "port 2.2.2: 1234:5678 class 00, low speed: keyboard")
		})
		f.look(func() bool {
			hubSlot := uint32(0)
			for i, s := range f.slots {
				if s != nil && s.device == outer {
					hubSlot = uint32(i)
					if s.hubPorts != 2 {
						t.Errorf("the controller thinks that the hub has %d ports", s.hubPorts)
					}
				}
			}
			for _, s := range f.slots {
				want := uint32(0)
				if s != nil && (s.device == inner || s.device == slow) {
					want = hubSlot | 2<<8
				}
				if s != nil && s.translator != want {
					t.Errorf("translator %#x, want %#x", s.translator, want)
				}
			}
			return true
		})
		before := r.text()
		f.report(slow, tap(keyboard.A)...)
		r.until("a of the slow one", func() bool { return r.text() == before+"a" })
		f.stall(inner, 2)
		f.plugBehind(outer, 1, nil)
		r.keyboards(1)
		f.plugBehind(inner, 1, fast)
		r.keyboards(2)
		f.report(fast, tap(keyboard.A)...)
		r.until("a of the fast one", func() bool { return r.text() == before+"aa" })
		f.plug(2, nil)
		r.keyboards(0)
		r.until("memory back", func() bool { return f.pages() == base })
	}
}

// Controllers that are not there, or do not do what they should, are refused.
func TestBadControllers(t *testing.T) {
	for name, c := range map[string]struct {
		bad  func(f *fakeController)
		want string
	}{
		"absent":       {func(f *fakeController) { f.gone = true }, "no registers"},
		"stays reset":  {func(f *fakeController) { f.noReset = true }, "does not come out of reset"},
		"greedy":       {func(f *fakeController) { f.scratch = 1023 }, "wants 1023 pages"},
		"no memory":    {func(f *fakeController) { f.left = 3 }, "no memory"},
		"little of it": {func(f *fakeController) { f.left, f.scratch = 20, 40 }, "no memory"},
	} {
		f := newFake(t)
		c.bad(f)
		r, err := f.boots()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if f.pages() != 0 {
			t.Errorf("%s: keeps %d pages", name, f.pages())
		}
		if r.now.Load() > 4e9 {
			t.Errorf("%s: took %d ms", name, r.now.Load()/1e6)
		}
	}
}

// Registers, and events, of any content: nothing panics, and starting ends.
func TestGarbage(t *testing.T) {
	for seed := range uint64(200) {
		f := newFake(t)
		rng := rand.New(rand.NewPCG(seed, 3))
		var now atomic.Int64
		started := make(chan struct{})
		go func() {
			defer close(started)
			Start(Config{
				Registers: garbage{rng}, Size: 1 << rng.IntN(20), Memory: f, Keyboard: keyboard.New(keyboard.Config{}),
				Now: now.Load, Sleep: func(d time.Duration) { now.Add(int64(d)) }, Log: func(string, ...any) {},
			})
		}()
		<-started
		if now.Load() > 90e9 {
			t.Errorf("seed %d: took %d s", seed, now.Load()/1e9)
		}
	}
	f := newFake(t)
	f.devices[1] = aKeyboard()
	r := start(t, f)
	r.keyboards(1)
	rng := rand.New(rand.NewPCG(1, 4))
	for range 2000 {
		f.look(func() bool {
			f.post(trb{rng.Uint32(), rng.Uint32() & 0xff, rng.Uint32(), uint32(rng.IntN(64))<<typeShift | rng.Uint32()&^(0x3f<<typeShift)})
			return true
		})
		if rng.IntN(20) == 0 {
			time.Sleep(100 * time.Microsecond)
		}
	}
	f.plug(2, aKeyboard())
	r.keyboards(2)
}

// garbage are registers that say anything, but seldom that they are not there.
type garbage struct{ rng *rand.Rand }

func (g garbage) Write(uint32, uint32) {}
func (g garbage) Read(at uint32) uint32 {
	switch g.rng.IntN(4) {
	case 0:
		return 0
	case 1:
		return g.rng.Uint32() & 0xfff
	}
	return g.rng.Uint32()
}

// A command that never ends is aborted; if that does not help, or the controller vanishes, all ends.
func TestDeath(t *testing.T) {
	f := newFake(t)
	r, err := f.boots()
	if err != nil {
		t.Fatal(err)
	}
	f.look(func() bool { f.hung = true; return true })
	f.plug(1, aKeyboard())
	r.until("three aborts", func() bool { return f.look(func() bool { return f.aborts == attempts }) })
	r.until("report", func() bool { return strings.Contains(strings.Join(r.Controller.Report(), "\n"), "no answer in time") })
	f.look(func() bool { f.noAbort = true; return true })
	f.plug(2, aKeyboard())
	if err := <-r.ended; err == nil || !strings.Contains(err.Error(), "aborted") {
		t.Errorf("ended with %v", err)
	}

	f = newFake(t)
	d := aKeyboard()
	f.devices[1] = d
	if r, err = f.boots(); err != nil {
		t.Fatal(err)
	}
	r.keyboards(1)
	f.look(func() bool { f.gone = true; return true })
	f.report(d, key(keyboard.A))
	if err := <-r.ended; err == nil || !strings.Contains(err.Error(), "status") {
		t.Errorf("ended with %v", err)
	}
	r.keyboards(0)
}

// What a configuration says is believed only as far as it can be.
func TestDescriptors(t *testing.T) {
	good := configuration(3, 0x82, 8, 10)
	value, found, _ := interfacesIn(good)
	if want := []function{{0, 2, 8, 10}}; value != 3 || !reflect.DeepEqual(found, want) {
		t.Errorf("%d %v", value, found)
	}
	two := append(good[:len(good):len(good)], good[9:]...)
	two[34+2], two[34+18+2] = 1, 0x83
	if _, found, _ := interfacesIn(two); len(found) != 2 || found[1].number != 1 || found[1].endpoint != 3 {
		t.Errorf("two keyboards: %v", found)
	}
	two[34+18+2] = 0x82
	if _, found, _ := interfacesIn(two); len(found) != 1 {
		t.Errorf("one endpoint for two: %v", found)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100000 {
		b := append([]byte(nil), two[:rng.IntN(len(two)+1)]...)
		for range rng.IntN(4) {
			if len(b) > 0 {
				b[rng.IntN(len(b))] = byte(rng.Uint32())
			}
		}
		_, found, _ := interfacesIn(b)
		for _, k := range found {
			if k.endpoint == 0 || k.endpoint > 15 || k.packet < bootReport || interval(k.interval, highSpeed) > 15 || interval(k.interval, lowSpeed) > 10 {
				t.Fatalf("%v from %x", k, b)
			}
		}
	}
	for _, c := range []struct {
		descriptor uint8
		speed      uint32
		want       uint32
	}{{10, lowSpeed, 6}, {1, fullSpeed, 3}, {255, fullSpeed, 10}, {0, fullSpeed, 3}, {7, highSpeed, 6}, {0, highSpeed, 0}, {255, highSpeed, 15}} {
		if got := interval(c.descriptor, c.speed); got != c.want {
			t.Errorf("interval %d at speed %d: %d, want %d", c.descriptor, c.speed, got, c.want)
		}
	}
}

// That the ring has stopped after an abort is told late, with the address of the next command, and
// is not taken for its end.
func TestAbort(t *testing.T) {
	f := newFake(t)
	r := start(t, f)
	f.look(func() bool { f.hung = true; return true })
	noOp := trb{3: trbNoOp << typeShift}
	if _, err := r.Controller.command(noOp); err != errTimeout {
		t.Errorf("a command that does not end: %v", err)
	}
	f.look(func() bool { f.hung = false; return true })
	slot, err := r.Controller.enableSlot(0)
	if slot != 1 || err != nil {
		t.Errorf("slot %d, %v", slot, err)
	}
}

// Between giving a slot back and clearing its entries nobody gets a slot: it would be the same.
func TestSlotGoes(t *testing.T) {
	f := newFake(t)
	f.devices[1] = aKeyboard()
	r := start(t, f)
	r.keyboards(1)
	r.Controller.mu.Lock()
	f.plug(1, nil)
	r.until("slot given back", func() bool { return f.look(func() bool { return f.slots[1] == nil }) })
	if r.Controller.addressing.TryLock() {
		r.Controller.addressing.Unlock()
		t.Error("its entries are not cleared, and it can be had")
	}
	r.Controller.mu.Unlock()
	r.keyboards(0)
	f.plug(2, aKeyboard())
	r.keyboards(1)
}

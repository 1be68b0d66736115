package keyboard

import "sync"

// Config is what a Keyboard needs from its surroundings.
type Config struct {
	Layout *Layout // nil: US
	// Out gets what is typed, a key at a time. It must not call the Keyboard.
	Out func(p []byte)
	// NumLock says that num lock is on at first. It is off otherwise, for on some laptops it makes
	// letters digits.
	NumLock bool
	// NoRepeat says that a held key is typed once.
	NoRepeat bool
	// Reboot, if not nil, is called when control, Alt and Delete are held.
	Reboot func()
}

// Keyboard is what one person types on.
type Keyboard struct {
	cfg Config

	mu      sync.Mutex
	locks   Lights
	accent  rune // a dead key that waits, or 0
	devices []*Device
	buf     []byte
}

// Lights are the lamps of a keyboard, and the states that they show. The bits are those of HID's
// output report.
type Lights uint8

// Lights.
const (
	NumLight    Lights = 1 << 0
	CapsLight   Lights = 1 << 1
	ScrollLight Lights = 1 << 2
)

// New returns a keyboard without a device.
func New(cfg Config) *Keyboard {
	if cfg.Layout == nil {
		cfg.Layout = US
	}
	k := &Keyboard{cfg: cfg}
	if cfg.NumLock {
		k.locks = NumLight
	}
	return k
}

// Device is one piece of hardware.
type Device struct {
	k      *Keyboard
	lights func(Lights) // may be nil
	held   [256 / 64]uint64
	repeat repeater
}

// Attach adds a device. lights, if not nil, is called when the lights shall change, and once for a
// start; it must not block. repeats says that the device sends a held key again and again, as
// PS/2's do; otherwise Tick does.
func (k *Keyboard) Attach(lights func(Lights), repeats bool) *Device {
	d := &Device{k: k, lights: lights}
	d.repeat.off = repeats || k.cfg.NoRepeat
	k.mu.Lock()
	k.devices = append(k.devices, d)
	l := k.locks
	k.mu.Unlock()
	if lights != nil {
		lights(l)
	}
	return d
}

// Detach releases all keys of d and takes it out.
func (d *Device) Detach() {
	k := d.k
	k.mu.Lock()
	defer k.mu.Unlock()
	d.release()
	for i := range k.devices {
		if k.devices[i] == d {
			k.devices = append(k.devices[:i], k.devices[i+1:]...)
			return
		}
	}
}

// Devices returns how many devices are attached.
func (k *Keyboard) Devices() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.devices)
}

// Press says that a key has gone down, or that the device repeats it. now is monotonic time in ns.
func (d *Device) Press(key Key, now int64) {
	k := d.k
	k.mu.Lock()
	before := k.locks
	reboot := d.press(key, now)
	k.unlock(before, reboot)
}

// Release says that a key has gone up.
func (d *Device) Release(key Key) {
	d.k.mu.Lock()
	d.clear(key)
	d.k.mu.Unlock()
}

// Report says which keys are down, all of them, as USB's keyboards do; others are up. A report with
// RollOver among them says nothing.
func (d *Device) Report(keys []Key, now int64) {
	var down [256 / 64]uint64
	for _, key := range keys {
		if key == RollOver {
			return
		}
		down[key/64] |= 1 << (key % 64)
	}
	k := d.k
	k.mu.Lock()
	before := k.locks
	for key := range 256 {
		if k := Key(key); down[k/64]&(1<<(k%64)) == 0 {
			d.clear(k)
		}
	}
	// Modifiers first: they count for the keys of the same report.
	reboot := false
	for _, modifiers := range []bool{true, false} {
		for _, key := range keys {
			if key >= A && key.isModifier() == modifiers && !d.isHeld(key) {
				reboot = d.press(key, now) || reboot
			}
		}
	}
	k.unlock(before, reboot)
}

// ReleaseAll says that no key is down, as far as anybody knows.
func (d *Device) ReleaseAll() {
	d.k.mu.Lock()
	d.release()
	d.k.mu.Unlock()
}

// unlock releases the lock and tells what has changed.
func (k *Keyboard) unlock(before Lights, reboot bool) {
	now := k.locks
	var tell []func(Lights)
	if now != before {
		for _, d := range k.devices {
			if d.lights != nil {
				tell = append(tell, d.lights)
			}
		}
	}
	k.mu.Unlock()
	for _, f := range tell {
		f(now)
	}
	if reboot && k.cfg.Reboot != nil {
		k.cfg.Reboot()
	}
}

// What follows wants the lock.

func (d *Device) isHeld(key Key) bool { return d.held[key/64]&(1<<(key%64)) != 0 }

func (d *Device) clear(key Key) {
	d.held[key/64] &^= 1 << (key % 64)
	d.repeat.stop(key)
}

func (d *Device) release() {
	d.held = [256 / 64]uint64{}
	d.repeat.key = None
}

// press takes a key that went down, or is repeated, in, and types what it means.
func (d *Device) press(key Key, now int64) (reboot bool) {
	if key < A {
		return false
	}
	again := d.isHeld(key)
	d.held[key/64] |= 1 << (key % 64)
	k := d.k
	switch {
	case key.isModifier():
	case key == CapsLock || key == NumLock || key == Scroll:
		if !again {
			k.locks ^= map[Key]Lights{CapsLock: CapsLight, NumLock: NumLight, Scroll: ScrollLight}[key]
		}
	case (key == Delete || key == PadDot) && k.anyHeld(LeftCtrl, RightCtrl) && k.anyHeld(LeftAlt, RightAlt):
		return !again
	case again && k.cfg.NoRepeat:
	default:
		k.enter(key)
		d.repeat.start(key, now)
	}
	return false
}

// anyHeld reports whether one of two keys is down on any device.
func (k *Keyboard) anyHeld(a, b Key) bool {
	for _, d := range k.devices {
		if d.isHeld(a) || d.isHeld(b) {
			return true
		}
	}
	return false
}

// Held reports whether a key of d is down.
func (d *Device) Held(key Key) bool {
	d.k.mu.Lock()
	defer d.k.mu.Unlock()
	return d.isHeld(key)
}

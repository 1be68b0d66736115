package keyboard

// A held key is typed again after RepeatDelay, and then every RepeatPeriod (ns).
const (
	RepeatDelay  = 400e6
	RepeatPeriod = 33e6
)

// repeater repeats the key that was pressed last.
type repeater struct {
	off bool // the device does it
	key Key  // None: no key is repeated
	at  int64
}

func (r *repeater) start(key Key, now int64) {
	if !r.off {
		r.key, r.at = key, now+RepeatDelay
	}
}

func (r *repeater) stop(key Key) {
	if r.key == key {
		r.key = None
	}
}

// Due returns when Tick shall be called next; ok is false if no key is to be repeated.
func (d *Device) Due() (at int64, ok bool) {
	d.k.mu.Lock()
	defer d.k.mu.Unlock()
	return d.repeat.at, d.repeat.key != None
}

// Tick types a held key again if it is time to. A call that comes late types it once.
func (d *Device) Tick(now int64) {
	d.k.mu.Lock()
	defer d.k.mu.Unlock()
	r := &d.repeat
	if r.key == None || now < r.at {
		return
	}
	d.k.enter(r.key)
	r.at += RepeatPeriod
	if r.at <= now {
		r.at = now + RepeatPeriod
	}
}

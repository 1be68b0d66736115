package xhci

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

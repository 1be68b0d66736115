package xhci

import (
	"fmt"
	"sync"
	"time"
)

// hub is a hub that is plugged in (USB 2.0, chapter 11). It gives its ports names, and a goroutine
// each, as those of the root hub have; its own goroutine tells them when they have changed.
type hub struct {
	endpoint
	n     int           // of ports
	think uint8         // bit times that its translator needs, as in its descriptor
	good  time.Duration // from power on
	ports []*port
	gone  chan struct{}
	wait  sync.WaitGroup // for the ports' goroutines
}

// Features of a hub's ports, and their status.
const (
	featurePortReset  = 4
	featurePortPower  = 8
	featureConnectChg = 16 // and four more changes
	featureResetChg   = 20
	hubFeatures       = 2 // changes of the hub itself: local power, over-current
	hubDescriptor     = 9
	maxHubPorts       = 15 // a route has 4 bits for each
	hubConnected      = 1 << 0
	hubEnabled        = 1 << 1
	hubResetting      = 1 << 4
	hubLowSpeed       = 1 << 9
	hubHighSpeed      = 1 << 10
	hubConnectChg     = 1 << 16
	hubResetChg       = 1 << 20
)

func newHub(d *device, f function) *hub {
	return &hub{endpoint: newEndpoint(d, f), gone: make(chan struct{})}
}

// describe asks the hub for what the controller wants to know of it.
func (h *hub) describe() error {
	b, err := h.d.descriptor(descHub, hubDescriptor)
	if err != nil {
		return fmt.Errorf("hub: %w", err)
	}
	if len(b) < 6 || b[2] == 0 {
		return fmt.Errorf("hub: senseless descriptor %x", b)
	}
	h.n = min(int(b[2]), maxHubPorts)
	h.think = b[3] >> 5 & 3
	h.good = time.Duration(b[5]) * 2 * time.Millisecond
	return nil
}

// start switches the ports on.
func (h *hub) start() error {
	up := h.d.port
	for i := range h.n {
		h.ports = append(h.ports, &port{
			c: h.d.c, number: uint8(i + 1), root: up.root, hub: h,
			name:  fmt.Sprintf("%s.%d", up.name, i+1),
			route: up.route | uint32(i+1)<<(4*up.depth), depth: up.depth + 1,
			changed: make(chan struct{}, 1), gone: h.gone, replugged: true,
		})
	}
	for _, p := range h.ports {
		if err := h.setFeature(p, featurePortPower); err != nil {
			return fmt.Errorf("hub: power: %w", err)
		}
	}
	h.d.c.Sleep(max(h.good, 100*time.Millisecond))
	up.ports.Store(&h.ports)
	for _, p := range h.ports {
		p.wake()
		h.wait.Go(p.watch)
	}
	h.ask()
	return nil
}

// stop ends all that is behind the hub, and waits for it.
func (h *hub) stop() {
	close(h.gone)
	h.wait.Wait()
	h.d.port.ports.Store(nil)
}

func (h *hub) setFeature(p *port, feature uint16) error {
	return h.d.out(typeHubPort, reqSetFeature, feature, uint16(p.number), nil)
}

// look is port.look for a port of h.
func (h *hub) look(p *port) link {
	var b [4]byte
	if n, err := h.d.control(typeIn|typeHubPort, reqGetStatus, 0, uint16(p.number), b[:]); err != nil || n < len(b) {
		return link{}
	}
	v := uint32(le16(b[:])) | uint32(le16(b[2:]))<<16
	for f := uint16(featureConnectChg); f <= featureResetChg; f++ {
		if v&(1<<f) != 0 {
			if err := h.d.out(typeHubPort, reqClearFeature, f, uint16(p.number), nil); err != nil {
				return link{}
			}
		}
	}
	p.replugged = p.replugged || v&hubConnectChg != 0
	l := link{
		connected: v&hubConnected != 0,
		enabled:   v&hubEnabled != 0,
		resetting: v&hubResetting != 0,
		reset:     v&hubResetChg != 0,
		speed:     fullSpeed,
	}
	switch {
	case v&hubLowSpeed != 0:
		l.speed = lowSpeed
	case v&hubHighSpeed != 0:
		l.speed = highSpeed
	}
	return l
}

// changes wakes the ports that a report of n bytes tells of: bit i is port i's, bit 0 the hub's own,
// which is about power and is only acknowledged.
func (h *hub) changes(n int) {
	b := make([]byte, n)
	h.data.get(b)
	if n > 0 && b[0]&1 != 0 {
		for f := range uint16(hubFeatures) {
			h.d.out(typeHub, reqClearFeature, f, 0, nil) // if it fails the next report says it again
		}
	}
	for _, p := range h.ports {
		if i := int(p.number); i/8 < n && b[i/8]&(1<<(i%8)) != 0 {
			p.wake()
		}
	}
}

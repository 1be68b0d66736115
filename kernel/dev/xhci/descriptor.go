package xhci

import "math/bits"

// Descriptors (USB 2.0, 9.6).
const (
	descDevice        = 1
	descConfiguration = 2
	descInterface     = 4
	descEndpoint      = 5
	descHub           = 0x29

	deviceLength        = 18
	configurationLength = 9
	interfaceLength     = 9
	endpointLength      = 7
	maxConfiguration    = 1024
	maxKeyboards        = 4 // in one device

	classHID    = 3
	classHub    = 9
	subBoot     = 1
	protocolKey = 1

	endpointIn        = 0x80
	endpointInterrupt = 3
)

// function is an interface that there is a driver for, and its interrupt endpoint.
type function struct {
	number   uint8  // of the interface
	endpoint uint8  // without direction
	packet   uint16 // bytes
	interval uint8  // as the descriptor has it
}

// interfacesIn finds keyboards that speak the boot protocol, and hubs, in a configuration, and the
// value that selects it. b is what a device sent.
func interfacesIn(b []byte) (value uint8, keyboards, hubs []function) {
	if len(b) < configurationLength {
		return 0, nil, nil
	}
	value = b[5]
	var current function // whose endpoint is not there yet
	var list *[]function // where it belongs; nil: nowhere
	var smallest uint16  // packet that will do
	var used [16]bool    // endpoints
	for b = b[min(int(b[0]), len(b)):]; len(b) >= 2; {
		n := int(b[0])
		if n < 2 || n > len(b) {
			break
		}
		switch d := b[:n]; {
		case d[1] == descInterface && n >= interfaceLength:
			list = nil
			current = function{number: d[2]}
			switch {
			case d[3] != 0: // another setting of the same interface
			case d[5] == classHID && d[6] == subBoot && d[7] == protocolKey:
				list, smallest = &keyboards, bootReport
			case d[5] == classHub:
				list, smallest = &hubs, 1
			}
		case d[1] == descEndpoint && n >= endpointLength && list != nil:
			packet, at := le16(d[4:])&0x7ff, d[2]&15
			if d[2]&endpointIn == 0 || d[3]&3 != endpointInterrupt || at == 0 || packet < smallest || packet > 1024 {
				break
			}
			current.endpoint, current.packet, current.interval = at, packet, d[6]
			if len(*list) < maxKeyboards && !used[at] {
				used[at] = true
				*list = append(*list, current)
			}
			list = nil
		}
		b = b[n:]
	}
	return value, keyboards, hubs
}

// interval is how often the controller asks, as it wants to be told: 125 µs times a power of two.
func interval(descriptor uint8, speed uint32) uint32 {
	if speed == lowSpeed || speed == fullSpeed { // in ms
		return min(max(uint32(bits.Len32(uint32(max(descriptor, 1))*8))-1, 3), 10)
	}
	return uint32(min(max(descriptor, 1), 16) - 1)
}

package xhci

import "math/bits"

// Descriptors (USB 2.0, 9.6).
const (
	descDevice        = 1
	descConfiguration = 2
	descInterface     = 4
	descEndpoint      = 5

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

// hidInterface is an interface that speaks the keyboard's boot protocol.
type hidInterface struct {
	number   uint8
	endpoint uint8  // its interrupt endpoint, without direction
	packet   uint16 // bytes
	interval uint8  // as the descriptor has it
}

// keyboardsIn finds the keyboards of a configuration, and the value that selects it. b is what a
// device sent.
func keyboardsIn(b []byte) (value uint8, found []hidInterface) {
	if len(b) < configurationLength {
		return 0, nil
	}
	value = b[5]
	var current *hidInterface // a keyboard whose endpoint is not there yet
	for b = b[min(int(b[0]), len(b)):]; len(b) >= 2; {
		n := int(b[0])
		if n < 2 || n > len(b) {
			break
		}
		switch d := b[:n]; {
		case d[1] == descInterface && n >= interfaceLength:
			current = nil
			if d[3] == 0 && d[5] == classHID && d[6] == subBoot && d[7] == protocolKey {
				current = &hidInterface{number: d[2]}
			}
		case d[1] == descEndpoint && n >= endpointLength && current != nil:
			packet := le16(d[4:]) & 0x7ff
			if d[2]&endpointIn == 0 || d[3]&3 != endpointInterrupt || d[2]&15 == 0 || packet < bootReport {
				break
			}
			current.endpoint, current.packet, current.interval = d[2]&15, packet, d[6]
			if len(found) < maxKeyboards && !used(found, current.endpoint) {
				found = append(found, *current)
			}
			current = nil
		}
		b = b[n:]
	}
	return value, found
}

func used(found []hidInterface, endpoint uint8) bool {
	for _, f := range found {
		if f.endpoint == endpoint {
			return true
		}
	}
	return false
}

// interval is how often the controller asks, as it wants to be told: 125 µs times a power of two.
func interval(descriptor uint8, speed uint32) uint32 {
	if speed == lowSpeed || speed == fullSpeed { // in ms
		return min(max(uint32(bits.Len32(uint32(max(descriptor, 1))*8))-1, 3), 10)
	}
	return uint32(min(max(descriptor, 1), 16) - 1)
}

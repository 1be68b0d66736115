package lz

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
)

const (
	magic      = "GLZ1"
	headerSize = 20

	minMatch = 4
	nibble   = 15 // the length goes on in a varint
)

// Errors of Size and Decode.
var (
	ErrHeader    = errors.New("lz: not a compressed stream")
	ErrTruncated = errors.New("lz: the stream is cut off")
	ErrChecksum  = errors.New("lz: the checksum is wrong")
	ErrCorrupt   = errors.New("lz: the stream makes no sense")
)

// Is reports whether data begins as a compressed stream does.
func Is(data []byte) bool { return len(data) >= len(magic) && string(data[:len(magic)]) == magic }

// Size returns the size of the contents, as the header has it.
func Size(data []byte) (uint64, error) {
	if !Is(data) {
		return 0, ErrHeader
	}
	if len(data) < headerSize {
		return 0, ErrTruncated
	}
	return binary.LittleEndian.Uint64(data[4:]), nil
}

// Decode returns the contents of a stream. Bytes behind its end are ignored. On an error the
// contents are nil.
func Decode(data []byte) ([]byte, error) {
	size, err := Size(data)
	if err != nil {
		return nil, err
	}
	packed := uint64(binary.LittleEndian.Uint32(data[12:]))
	sum := binary.LittleEndian.Uint32(data[16:])
	if data = data[headerSize:]; packed > uint64(len(data)) {
		return nil, ErrTruncated
	}
	data = data[:packed]
	if crc32.ChecksumIEEE(data) != sum {
		return nil, ErrChecksum
	}
	if size > math.MaxInt {
		return nil, ErrCorrupt
	}
	out := make([]byte, size)
	if !steps(out, data) {
		return nil, ErrCorrupt
	}
	return out, nil
}

// steps fills out by the steps in data; it reports false if they do not do so exactly.
func steps(out, data []byte) bool {
	at, distance := 0, 0
	for at < len(out) {
		if len(data) == 0 {
			return false
		}
		token := data[0]
		data = data[1:]
		literals, ok := length(&data, token>>4)
		if !ok || literals > len(data) || literals > len(out)-at {
			return false
		}
		copy(out[at:], data[:literals])
		data, at = data[literals:], at+literals
		if at == len(out) {
			break
		}
		match, ok := length(&data, token&nibble)
		if !ok || match > math.MaxInt-minMatch {
			return false
		}
		if match += minMatch; match > len(out)-at {
			return false
		}
		d, n := binary.Uvarint(data)
		if n <= 0 || d > uint64(at) {
			return false
		}
		if data = data[n:]; d != 0 {
			distance = int(d)
		}
		if distance == 0 {
			return false
		}
		// A match may overlap itself: each round doubles what there is to copy from.
		for from, end := at-distance, at+match; at < end; {
			at += copy(out[at:end], out[from:at])
		}
	}
	return len(data) == 0
}

// length completes a nibble's number by the varint that may follow it.
func length(data *[]byte, part byte) (int, bool) {
	if part < nibble {
		return int(part), true
	}
	v, n := binary.Uvarint(*data)
	if n <= 0 || v > math.MaxInt-nibble {
		return 0, false
	}
	*data = (*data)[n:]
	return int(v) + nibble, true
}

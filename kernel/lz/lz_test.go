package lz

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/rand"
	"strings"
	"testing"
)

// inputs are contents of all shapes: empty, short, runs that overlap themselves, far
// repetitions with changes between, noise.
func inputs() map[string][]byte {
	r := rand.New(rand.NewSource(1))
	noise := make([]byte, 300000)
	r.Read(noise)
	far := append(append([]byte{}, noise...), noise...)
	for i := len(noise); i < len(far); i += 50 + r.Intn(900) {
		far[i]++
	}
	return map[string][]byte{
		"empty":   nil,
		"one":     {7},
		"three":   {7, 7, 7},
		"four":    {7, 7, 7, 7},
		"run":     bytes.Repeat([]byte{0}, 100000),
		"period":  []byte(strings.Repeat("abcde", 5000)),
		"noise":   noise,
		"far":     far,
		"text":    []byte(strings.Repeat("what was said before, and what was not; ", 7) + "end"),
		"fifteen": append(bytes.Repeat([]byte{1}, 19), noise[:15]...),
	}
}

func TestRoundTrip(t *testing.T) {
	for name, in := range inputs() {
		packed := Encode(in)
		out, err := Decode(packed)
		if err != nil || !bytes.Equal(in, out) {
			t.Errorf("%s: %d bytes came back as %d, %v", name, len(in), len(out), err)
		}
		if again := Encode(in); !bytes.Equal(packed, again) {
			t.Errorf("%s: packed twice, two streams", name)
		}
		if size, err := Size(packed); err != nil || size != uint64(len(in)) {
			t.Errorf("%s: Size = %d, %v, want %d", name, size, err, len(in))
		}
		if out, err = Decode(append(packed, 0, 0, 0)); err != nil || !bytes.Equal(in, out) {
			t.Errorf("%s: not decoded with padding behind: %v", name, err)
		}
	}
}

// TestFar is what the format is for: a repetition 300 000 bytes back costs little.
func TestFar(t *testing.T) {
	in := inputs()["far"]
	if n := len(Encode(in)); n > len(in)/2+len(in)/100 {
		t.Errorf("%d bytes, half of them a repetition, take %d", len(in), n)
	}
}

// Every single damage is noticed: by the checksum, or by its consequences.
func TestDamage(t *testing.T) {
	good := Encode(inputs()["text"])
	for i := range good {
		if i >= 4 && i < 12 {
			continue // the size: see TestSize
		}
		bad := bytes.Clone(good)
		bad[i] ^= 0x40
		if out, err := Decode(bad); err == nil || out != nil {
			t.Errorf("byte %d is damaged: got %d bytes, error %v", i, len(out), err)
		}
	}
	for n := range good {
		if _, err := Decode(good[:n]); err == nil {
			t.Errorf("cut off after %d bytes: no error", n)
		}
	}
}

func TestSize(t *testing.T) {
	good := Encode(inputs()["text"])
	for _, d := range []int64{-1, 1, 1000} {
		bad := bytes.Clone(good)
		binary.LittleEndian.PutUint64(bad[4:], uint64(int64(binary.LittleEndian.Uint64(bad[4:]))+d))
		if _, err := Decode(bad); !errors.Is(err, ErrCorrupt) {
			t.Errorf("size wrong by %d: %v", d, err)
		}
	}
}

// stream makes a stream of arbitrary steps with a right checksum.
func stream(size uint64, steps ...byte) []byte {
	s := append([]byte(magic), make([]byte, 16)...)
	binary.LittleEndian.PutUint64(s[4:], size)
	binary.LittleEndian.PutUint32(s[12:], uint32(len(steps)))
	binary.LittleEndian.PutUint32(s[16:], crc32.ChecksumIEEE(steps))
	return append(s, steps...)
}

func TestNonsense(t *testing.T) {
	for name, s := range map[string][]byte{
		"no distance yet":       stream(6, 0x20, 1, 2, 0),
		"distance before start": stream(6, 0x20, 1, 2, 3),
		"match too long":        stream(5, 0x20, 1, 2, 1),
		"literals too long":     stream(1, 0x20, 1, 2),
		"literals missing":      stream(9, 0x90, 1, 2),
		"no token":              stream(1),
		"steps left over":       stream(1, 0x10, 1, 9),
		"endless varint":        stream(99, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
		"varint missing":        stream(99, 0xf0),
		"huge match":            stream(99, 0x1f, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1),
		"distance missing":      stream(9, 0x10, 1),
		"size beyond any":       stream(1<<63, 0x10, 1),
	} {
		if out, err := Decode(s); !errors.Is(err, ErrCorrupt) || out != nil {
			t.Errorf("%s: got %d bytes, error %v", name, len(out), err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, in := range inputs() {
		if len(in) < 1000 {
			f.Add(uint16(len(in)), Encode(in)[headerSize:])
		}
	}
	f.Fuzz(func(t *testing.T, size uint16, steps []byte) {
		if out, err := Decode(stream(uint64(size), steps...)); err == nil && len(out) != int(size) {
			t.Errorf("%d bytes for %d", len(out), size)
		}
	})
}

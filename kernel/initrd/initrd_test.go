package initrd

import (
	"bytes"
	"compress/gzip"
	"errors"
	"strings"
	"testing"

	"gossamer/kernel/lz"
)

const limit = 4 << 20

// sample is an archive in its first bytes, and text after them.
func sample() []byte {
	return append([]byte("070701"), strings.Repeat("what was said before, and what was not; ", 70)...)
}

func zip(t *testing.T, archive []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(archive); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOpen(t *testing.T) {
	in := sample()
	for name, data := range map[string][]byte{
		"plain": in, "lz": lz.Encode(in), "gzip": zip(t, in),
		"gzip in two pieces": append(zip(t, in[:1000]), zip(t, in[1000:])...),
	} {
		if out, err := Open(data, limit); err != nil || !bytes.Equal(in, out) {
			t.Errorf("%s: %d bytes came back as %d, %v", name, len(in), len(out), err)
		}
	}
}

func TestOpenTooLarge(t *testing.T) {
	in := append([]byte("070701"), make([]byte, limit)...)
	for name, data := range map[string][]byte{"lz": lz.Encode(in), "gzip": zip(t, in)} {
		if out, err := Open(data, limit); !errors.Is(err, ErrTooLarge) || out != nil {
			t.Errorf("%s: %d bytes, %v", name, len(out), err)
		}
		if out, err := Open(data, uint64(len(in))); err != nil || len(out) != len(in) {
			t.Errorf("%s, just as large as allowed: %d bytes, %v", name, len(out), err)
		}
	}
}

// TestOpenDamaged: whatever byte is wrong, and wherever it is cut off, Open says so.
func TestOpenDamaged(t *testing.T) {
	in := sample()
	for name, data := range map[string][]byte{"lz": lz.Encode(in), "gzip": zip(t, in)} {
		refused := func(what string, i int, bad []byte) {
			if out, err := Open(bad, limit); err == nil && !bytes.Equal(out, in) || err != nil && out != nil {
				t.Fatalf("%s: %s %d: got %d bytes, error %v", name, what, i, len(out), err)
			}
		}
		for i := range data {
			bad := bytes.Clone(data)
			bad[i] ^= 0x11
			refused("changed at", i, bad)
			if out, err := Open(data[:i], limit); err == nil {
				t.Fatalf("%s: cut off after %d bytes: got %d", name, i, len(out))
			}
		}
	}
	for _, bad := range [][]byte{nil, []byte("x"), []byte("070"), lz.Encode([]byte("no archive")), zip(t, nil)} {
		if out, err := Open(bad, limit); err == nil {
			t.Errorf("%q was taken for an archive of %d bytes", bad, len(out))
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(lz.Encode(sample()))
	f.Add([]byte{0x1f, 0x8b, 8, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if out, err := Open(data, limit); err == nil && len(out) > max(limit, len(data)) {
			t.Errorf("%d bytes, no more than %d are allowed", len(out), limit)
		}
	})
}

package out

import (
	"io"
	"os"
	"strings"
	"testing"
)

// printed returns what f writes.
func printed(t *testing.T, f func(w *Writer)) string {
	t.Helper()
	r, p, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	text := make(chan string)
	go func() {
		b, _ := io.ReadAll(r)
		text <- string(b)
	}()
	w := &Writer{fd: int(p.Fd())}
	f(w)
	if !w.Flush() {
		t.Error("Flush failed")
	}
	p.Close()
	return <-text
}

func TestFormats(t *testing.T) {
	for want, f := range map[string]func(w *Writer){
		"text":                func(w *Writer) { w.Str("te").Bytes([]byte("xt")) },
		"-12\n":               func(w *Writer) { w.Int(-12).NL() },
		"   7|1234":           func(w *Writer) { w.IntWidth(7, 4).Byte('|').IntWidth(1234, 2) },
		"0x0 0xffff800000000": func(w *Writer) { w.Hex(0).Byte(' ').Hex(0xffff800000000) },
		"1.05 12 0.7":         func(w *Writer) { w.Frac(105, 100).Byte(' ').Frac(12, 1).Byte(' ').Frac(7, 10) },
		"ab   |abcdef|":       func(w *Writer) { w.Column().Str("ab").Pad(5).Byte('|').Column().Str("abcdef").Pad(5).Byte('|') },
		"cat: f: ENOENT\n":    func(w *Writer) { w.Error("cat", "f", 2) },
		"fork: EAGAIN\n":      func(w *Writer) { w.Error("fork", "", 11) },
	} {
		if got := printed(t, f); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Text longer than the buffer comes out whole.
func TestLong(t *testing.T) {
	long := strings.Repeat("0123456789", 5000)
	got := printed(t, func(w *Writer) {
		w.Str("<").Str(long)
		for range 5000 {
			w.Byte('x')
		}
	})
	if want := "<" + long + strings.Repeat("x", 5000); got != want {
		t.Errorf("%d bytes, want %d", len(got), len(want))
	}
}

// A write that fails is remembered.
func TestFailure(t *testing.T) {
	w := &Writer{fd: -1}
	if w.Str("x").Flush() {
		t.Error("Flush to a bad descriptor succeeded")
	}
}

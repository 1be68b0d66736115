package screen

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"gossamer/kernel/dev/screen/font"
	"gossamer/kernel/dev/screen/vt"
)

// formats are the ways in which pixels lie that firmware is known to use, and some that it is not.
var formats = []Format{
	{Width: 640, Height: 480, BitsPerPixel: 32, Pitch: 2560, Red: Channel{16, 8}, Green: Channel{8, 8}, Blue: Channel{0, 8}},
	{Width: 648, Height: 485, BitsPerPixel: 32, Pitch: 2604, Red: Channel{0, 8}, Green: Channel{8, 8}, Blue: Channel{16, 8}},
	{Width: 333, Height: 77, BitsPerPixel: 24, Pitch: 1001, Red: Channel{16, 8}, Green: Channel{8, 8}, Blue: Channel{0, 8}},
	{Width: 321, Height: 64, BitsPerPixel: 16, Pitch: 643, Red: Channel{11, 5}, Green: Channel{5, 6}, Blue: Channel{0, 5}},
	{Width: 320, Height: 64, BitsPerPixel: 15, Pitch: 640, Red: Channel{10, 5}, Green: Channel{5, 5}, Blue: Channel{0, 5}},
	{Width: 100, Height: 40, BitsPerPixel: 30, Pitch: 401, Red: Channel{20, 10}, Green: Channel{10, 10}, Blue: Channel{0, 10}},
	{Width: 8, Height: 16, BitsPerPixel: 32, Pitch: 32, Red: Channel{16, 8}, Green: Channel{8, 8}, Blue: Channel{0, 8}},
	{Width: 2560, Height: 200, BitsPerPixel: 32, Pitch: 10240, Red: Channel{16, 8}, Green: Channel{8, 8}, Blue: Channel{0, 8}},
	{Width: 7680, Height: 100, BitsPerPixel: 16, Pitch: 15361, Red: Channel{11, 5}, Green: Channel{5, 6}, Blue: Channel{0, 5}},
	{Width: 16500, Height: 130, BitsPerPixel: 24, Pitch: 49503, Red: Channel{16, 8}, Green: Channel{8, 8}, Blue: Channel{0, 8}},
}

func (f Format) String() string { return fmt.Sprintf("%d×%d×%d", f.Width, f.Height, f.BitsPerPixel) }

// rig is a screen with its memory, which rubbish surrounds that must stay as it is.
type rig struct {
	Screen
	vt.Terminal
	all, mem []byte
}

const guard = 4096

func newRig(t *testing.T, f Format) *rig {
	r := new(rig)
	r.all = bytes.Repeat([]byte{0x5a}, f.Size()+2*guard)
	r.mem = r.all[guard : guard+f.Size()]
	if !r.Screen.Init(&f) || !r.Terminal.Init(r.Screen.Size()) {
		t.Fatalf("%v: no screen", f)
	}
	r.Clear(r.mem)
	return r
}

// pixel reads one, as red, green and blue of 0 … 255.
func (r *rig) pixel(x, y int) [3]uint8 {
	f := &r.format
	at := y*f.Pitch + x*f.bytesPerPixel()
	v := uint64(0)
	for i := range f.bytesPerPixel() {
		v |= uint64(r.mem[at+i]) << (8 * i)
	}
	part := func(c Channel) uint8 {
		top := uint64(1)<<c.Bits - 1
		return uint8((v>>c.Shift&top*255 + top/2) / top)
	}
	return [3]uint8{part(f.Red), part(f.Green), part(f.Blue)}
}

// near allows for colours of few bits.
func near(a, b [3]uint8) bool {
	for i := range a {
		if d := int(a[i]) - int(b[i]); d < -5 || d > 5 {
			return false
		}
	}
	return true
}

// check compares every pixel with what it should be. mark is where the cursor is to be seen.
func (r *rig) check(t *testing.T) {
	t.Helper()
	cols, rows := r.Screen.Size()
	mx, my, visible := r.Cursor()
	for y := range rows {
		for x, c := range r.Row(y) {
			art := font.Glyph(c.Rune())
			fg, bg := vt.Palette[c.Foreground()], vt.Palette[c.Background()]
			if visible && x == mx && y == my {
				fg, bg = bg, fg
			}
			for j := range font.Height * r.scale {
				for i := range font.Width * r.scale {
					want := bg
					if art[j/r.scale]>>(7-i/r.scale)&1 != 0 || c&vt.Underlined != 0 && j/r.scale == Underline {
						want = fg
					}
					if got := r.pixel(x*font.Width*r.scale+i, y*font.Height*r.scale+j); !near(got, want) {
						t.Fatalf("%v: cell %d, %d (%q), pixel %d, %d is %x, want %x", r.format, x, y, c.Rune(), i, j, got, want)
					}
				}
			}
		}
	}
	for x := cols * font.Width * r.scale; x < r.format.Width; x++ {
		if r.pixel(x, 0) != [3]uint8{} {
			t.Fatalf("%v: the right margin is not black", r.format)
		}
	}
	if bytes.Trim(r.all[:guard], "\x5a") != nil || bytes.Trim(r.all[len(r.all)-guard:], "\x5a") != nil {
		t.Fatalf("%v: painted outside of video memory", r.format)
	}
}

func (r *rig) paint(budget int) (calls int) {
	for calls = 1; r.Paint(r.mem, &r.Terminal, budget); calls++ {
	}
	return calls
}

// Every format shows what the terminal has: text, colours, the cursor, and all that again after it
// has scrolled, been erased, and been painted in pieces.
func TestFormats(t *testing.T) {
	for _, f := range formats {
		r := newRig(t, f)
		r.paint(1 << 20)
		r.check(t)
		r.Write([]byte("Hello, \x1b[31mred\x1b[42m on green\x1b[0m \x1b[4munder\x1b[24m äöü ┌─┐ \x1b[7minverse\x1b[0m"))
		r.paint(1 << 20)
		r.check(t)
		for i := range 60 {
			fmt.Fprintf(writer{&r.Terminal}, "\r\nline %d \x1b[3%dm colour", i, i%8)
		}
		r.paint(7)
		r.check(t)
		r.Write([]byte("\x1b[2;1H\x1b[?25l\x1b[1J"))
		r.paint(1)
		r.check(t)
	}
}

type writer struct{ t *vt.Terminal }

func (w writer) Write(p []byte) (int, error) { w.t.Write(p); return len(p), nil }

// What has not changed is not painted.
func TestOnlyChanges(t *testing.T) {
	r := newRig(t, formats[0])
	r.Write([]byte("one\r\ntwo"))
	r.paint(1 << 20)
	copy(r.mem, bytes.Repeat([]byte{0x77}, len(r.mem)))
	r.Write([]byte("\x1b[1;2HN\x1b[2;4H"))
	r.paint(1 << 20)
	touched := map[[2]int]bool{}
	for y := range r.format.Height {
		for x := range r.format.Width {
			if r.pixel(x, y) != [3]uint8{0x77, 0x77, 0x77} {
				touched[[2]int{x / 8, y / 16}] = true
			}
		}
	}
	if len(touched) != 1 || !touched[[2]int{1, 0}] {
		t.Errorf("painted %v", touched)
	}
}

// The budget bounds what a call paints: no more than what is left of it and one row.
func TestBudget(t *testing.T) {
	r := newRig(t, formats[0])
	r.Write(bytes.Repeat([]byte("x"), 80*30))
	if n := r.paint(100); n < 2400/180 || n > 26 {
		t.Errorf("%d calls for 2400 cells", n)
	}
	if n := r.paint(100); n != 1 {
		t.Errorf("%d calls for nothing", n)
	}
}

func TestRefuses(t *testing.T) {
	good := formats[0]
	for i, change := range []func(f *Format){
		func(f *Format) { f.Width = 7 },
		func(f *Format) { f.Height = 15 },
		func(f *Format) { f.Width = 1 << 16; f.Pitch = 1 << 18 },
		func(f *Format) { f.Pitch = 2559 },
		func(f *Format) { f.Pitch = -2560 },
		func(f *Format) { f.Pitch = 1 << 40 },
		func(f *Format) { f.BitsPerPixel = 8 },
		func(f *Format) { f.BitsPerPixel = 40 },
		func(f *Format) { f.Red = Channel{25, 8} },
		func(f *Format) { f.Green = Channel{0, 0} },
		func(f *Format) { f.Blue = Channel{200, 100} },
	} {
		f := good
		change(&f)
		if s := new(Screen); s.Init(&f) {
			t.Errorf("case %d: took %+v", i, f)
		} else if cols, rows := s.Size(); cols != 0 || rows != 0 {
			t.Errorf("case %d: %d × %d characters", i, cols, rows)
		}
	}
}

func TestGrid(t *testing.T) {
	for _, c := range [][5]int{
		{640, 480, 1, 80, 30}, {1024, 768, 1, 128, 48}, {1366, 768, 1, 170, 48}, {1920, 1080, 1, 240, 67},
		{1920, 1200, 1, 240, 75}, {2560, 1440, 2, 160, 45}, {3840, 2160, 2, 240, 67}, {5120, 2880, 3, 213, 60},
		{7680, 4320, 4, 240, 67}, {1080, 2560, 2, 67, 80}, {65000, 20, 8, 256, 0},
	} {
		if scale, cols, rows := Grid(c[0], c[1]); [3]int{scale, cols, rows} != [3]int(c[2:]) {
			t.Errorf("%d × %d: scale %d, %d × %d characters", c[0], c[1], scale, cols, rows)
		}
	}
}

// A report is painted over whatever is there, needs no terminal, and stays within the screen.
func TestReport(t *testing.T) {
	for _, f := range formats {
		r := newRig(t, f)
		cols, rows := r.Screen.Size()
		text := "a line\n\ttab\nesc \x1b[31m ä " + string(bytes.Repeat([]byte("long "), cols)) + "\n"
		r.Report(r.mem, "heading", []byte(text))
		want := vt.Palette[reportBackground]
		if got := r.pixel(0, 0); !near(got, want) && !near(got, vt.Palette[reportForeground]) {
			t.Errorf("%v: the corner is %x", f, got)
		}
		// The first character of the heading, pixel by pixel.
		art := font.Glyph('h')
		for j := range font.Height {
			for i := range font.Width {
				lit := near(r.pixel(i*r.scale, j*r.scale), vt.Palette[reportForeground])
				if lit != (art[j]>>(7-i)&1 != 0) {
					t.Fatalf("%v: pixel %d, %d of the heading", f, i, j)
				}
			}
		}
		if rows > 20 {
			if got := r.pixel(0, f.Height-1); got != [3]uint8{} {
				t.Errorf("%v: what was below the report is %x", f, got)
			}
		}
		if bytes.Trim(r.all[:guard], "\x5a") != nil || bytes.Trim(r.all[len(r.all)-guard:], "\x5a") != nil {
			t.Fatalf("%v: painted outside of video memory", f)
		}
	}
}

// Any numbers that Init takes, with less memory than they promise: nothing is written elsewhere.
func FuzzFormat(f *testing.F) {
	for _, c := range formats[:7] {
		f.Add(c.Width, c.Height, c.Pitch, c.BitsPerPixel, c.Red.Shift, c.Red.Bits, c.Blue.Shift, c.Blue.Bits, uint16(0))
		f.Add(c.Width, c.Height, c.Pitch, c.BitsPerPixel, c.Red.Shift, c.Red.Bits, c.Blue.Shift, c.Blue.Bits, uint16(5*c.Pitch+3))
	}
	f.Fuzz(func(t *testing.T, w, h, pitch, bits int, rs, rb, bs, bb uint8, less uint16) {
		format := Format{Width: w % 3000, Height: h % 200, Pitch: pitch, BitsPerPixel: bits,
			Red: Channel{rs, rb}, Green: Channel{rs, rb}, Blue: Channel{bs, bb}}
		r := new(rig)
		if !r.Screen.Init(&format) || format.Size() > 4<<20 {
			return
		}
		cols, rows := r.Screen.Size()
		if cols == 0 || rows == 0 || !r.Terminal.Init(cols, rows) {
			return
		}
		r.all = bytes.Repeat([]byte{0x5a}, format.Size()+2*guard)
		r.mem = r.all[guard : guard+max(0, format.Size()-int(less)) : guard+max(0, format.Size()-int(less))]
		r.Clear(r.mem)
		rng := rand.New(rand.NewPCG(uint64(w), uint64(h)))
		for range 200 {
			fmt.Fprintf(writer{&r.Terminal}, "\x1b[%d;%dH\x1b[4%dm%c", rng.IntN(rows)+1, rng.IntN(cols)+1, rng.IntN(8), 'a'+rng.IntN(26))
		}
		r.paint(1 << 20)
		r.Report(r.mem, "heading", []byte("text\n"))
		if bytes.Trim(r.all[:guard], "\x5a") != nil || bytes.Trim(r.all[guard+len(r.mem):], "\x5a") != nil {
			t.Fatalf("%v: painted outside of video memory", format)
		}
	})
}

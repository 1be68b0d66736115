package screenshot

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gossamer/kernel/dev/screen"
	"gossamer/kernel/dev/screen/vt"
)

// painted is a picture of what the kernel's screen shows after text.
func painted(t *testing.T, width, height int, text string) *image.RGBA {
	t.Helper()
	f := screen.Format{Width: width, Height: height, Pitch: 4 * width, BitsPerPixel: 32,
		Red: screen.Channel{Bits: 8}, Green: screen.Channel{Shift: 8, Bits: 8}, Blue: screen.Channel{Shift: 16, Bits: 8}}
	s, terminal := new(screen.Screen), new(vt.Terminal)
	if !s.Init(&f) || !terminal.Init(s.Size()) {
		t.Fatal("no screen")
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	s.Clear(img.Pix)
	terminal.Write([]byte(text))
	for s.Paint(img.Pix, terminal, 1<<20) {
	}
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	return img
}

// Everything that the font has is read as what it is, in all colours.
func TestText(t *testing.T) {
	for _, size := range [][2]int{{1024, 768}, {1921, 1083}, {2560, 1440}, {640, 480}} {
		text := "Hello, world.\r\n\x1b[31mred\x1b[0m \x1b[7minverse\x1b[0m \x1b[4munderlined gjpqy_\x1b[0m \x1b[30;47mblack on grey\x1b[0m\r\n" +
			"äöüß ┌─┬┐╔═╗│ ░▒▓█▌ ←→✓ ©½€\r\n\r\n   indented {|}~ \x1b[44;93m !\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`"
		want := "Hello, world.\nred inverse underlined gjpqy_ black on grey\näöüß ┌─┬┐╔═╗│ ░▒▓█▌ ←→✓ ©½€\n\n   indented {|}~  !\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`"
		got := strings.TrimRight(strings.Join(Text(painted(t, size[0], size[1], text)), "\n"), "\n")
		want = strings.ReplaceAll(want, "█", " ") // a cell of one colour is a blank
		if got != want {
			t.Errorf("%v: read %q, want %q", size, got, want)
		}
	}
	// The cursor on a character, and no character at all.
	img := painted(t, 640, 480, "abc\x1b[2D")
	for y := range 16 {
		for x := range 8 {
			img.Set(40+x, y, color.RGBA{uint8(x * 30), uint8(y * 9), 99, 255})
		}
	}
	if got := Text(img)[0]; got != "abc  \ufffd" {
		t.Errorf("read %q", got)
	}
}

func TestPictures(t *testing.T) {
	img := painted(t, 640, 480, "\x1b[35mtext")
	var ppm bytes.Buffer
	fmt.Fprintf(&ppm, "P6\n%d %d\n255\n", 640, 480)
	for i := 0; i < len(img.Pix); i += 4 {
		ppm.Write(img.Pix[i : i+3])
	}
	whole := ppm.Bytes()
	got, err := DecodePPM(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.(*image.RGBA).Pix, img.Pix) {
		t.Error("the PPM comes out differently")
	}
	for _, bad := range []string{"", "P5 1 1 255\nx", "P6 1 1 65535\nxxxxxx", "P6 -1 1 255\n", "P6 99999999 1 255\n", string(whole[:len(whole)-1])} {
		if _, err := DecodePPM(strings.NewReader(bad)); err == nil {
			t.Errorf("%.20q was taken", bad)
		}
	}
	var out bytes.Buffer
	if err := EncodePNG(&out, got); err != nil {
		t.Fatal(err)
	}
	again, err := png.Decode(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := again.(*image.Paletted); !ok || out.Len() > 4000 {
		t.Errorf("%T of %d bytes", again, out.Len())
	}
	if Text(again)[0] != "text" || again.Bounds() != img.Bounds() {
		t.Errorf("the PNG says %q", Text(again)[0])
	}
}

// Against a monitor that answers as QEMU's does.
func TestMonitor(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "monitor")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		fmt.Fprintf(c, "QEMU 7.2.22 monitor - type 'help' for more information\r\n%s", prompt)
		in := bufio.NewScanner(c)
		for in.Scan() {
			fmt.Fprintf(c, "%s\r\n", in.Text())
			switch name, arg, _ := strings.Cut(in.Text(), " "); name {
			case "screendump":
				os.WriteFile(arg, []byte("P6\n2 1\n255\nabcdef"), 0o600)
			case "quit":
				return
			default:
				fmt.Fprintf(c, "unknown command: '%s'\r\n", name)
			}
			fmt.Fprint(c, prompt)
		}
	}()
	m, err := Dial(path, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if said, err := m.Command("x"); err != nil || said != "unknown command: 'x'" {
		t.Errorf("said %q, %v", said, err)
	}
	img, err := m.Picture()
	if err != nil || img.Bounds() != image.Rect(0, 0, 2, 1) || img.At(1, 0) != (color.RGBA{'d', 'e', 'f', 255}) {
		t.Errorf("%v, %v", img, err)
	}
	m.Quit()
	if _, err := m.Command("y"); err == nil {
		t.Error("it still answers")
	}
	ended := make(chan struct{})
	close(ended)
	if _, err := Dial(path+"x", dir, ended); err == nil {
		t.Error("connected to nothing")
	}
}

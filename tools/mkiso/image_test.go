package main

import (
	"bytes"
	"errors"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gossamer/kernel/lz"
)

// sample is parts with no kernel in them, which the image does not mind.
func sample(t *testing.T, cmdline string) *parts {
	t.Helper()
	r := rand.New(rand.NewSource(1))
	in := &parts{kernel: make([]byte, 200000), archive: make([]byte, 300000), cmdline: cmdline, mode: "auto", timestamp: defaultTimestamp}
	r.Read(in.kernel)
	r.Read(in.archive)
	in.packed = lz.Encode(in.archive)
	var err error
	if in.zipped, err = zip(in.kernel); err != nil {
		t.Fatal(err)
	}
	return in
}

// make makes an image, or skips the test where the tools are missing.
func makeImage(t *testing.T, in *parts) *image {
	t.Helper()
	g, err := findTools()
	if err != nil {
		t.Skip(err)
	}
	m, err := g.image(in, t.TempDir(), newProgress(true))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Identical inputs give identical images, at another time and in another folder.
func TestSameImage(t *testing.T) {
	a := makeImage(t, sample(t, "init=/bin/init"))
	if _, err := a.verify(); err != nil {
		t.Fatal(err)
	}
	// FAT and ISO 9660 have times in steps of two seconds and one.
	for start := time.Now(); time.Since(start) < 2100*time.Millisecond; {
		time.Sleep(100 * time.Millisecond)
	}
	b := makeImage(t, sample(t, "init=/bin/init"))
	if a.sum != b.sum {
		x, _ := os.ReadFile(a.path)
		y, _ := os.ReadFile(b.path)
		n := 0
		for i := range min(len(x), len(y)) {
			if x[i] != y[i] && n < 5 {
				t.Errorf("byte %#x: %#x and %#x", i, x[i], y[i])
				n++
			}
		}
		t.Errorf("two images from the same parts, of %d and %d bytes, differ", len(x), len(y))
	}
	c := makeImage(t, sample(t, "init=/bin/sh"))
	if c.id == a.id {
		t.Error("two different images have one ID: GRUB could take the wrong medium")
	}
}

// Each part that a firmware, GRUB or the kernel relies on is looked at: damage is found.
func TestVerify(t *testing.T) {
	m := makeImage(t, sample(t, "init=/bin/init"))
	good, err := os.ReadFile(m.path)
	if err != nil {
		t.Fatal(err)
	}
	if m.path = filepath.Join(t.TempDir(), "image"); os.WriteFile(m.path, good, 0o644) != nil {
		t.Fatal("cannot write")
	}
	if report, err := m.verify(); err != nil || len(report) != 4 {
		t.Fatalf("%q, %v", report, err)
	}
	i, err := openISO(good)
	if err != nil {
		t.Fatal(err)
	}
	place := func(name string) int {
		f, err := i.find(name)
		if err != nil {
			t.Fatal(err)
		}
		return int(f.sector) * sectorSize
	}
	efi, err := i.entry(platformEFI)
	if err != nil {
		t.Fatal(err)
	}
	program := bytes.Index(good[efi.sector*sectorSize:], m.efi[:512])
	for name, at := range map[string]int{
		"MBR signature":      510,
		"MBR code":           mbrLoads,
		"MBR active entry":   mbrTable + mbrEntry,
		"GPT header":         blockSize + 56,
		"GPT signature":      blockSize,
		"GPT second header":  len(good) - blockSize + 56,
		"volume name":        descriptors*sectorSize + 40,
		"boot record":        bootRecord*sectorSize + 7,
		"kernel":             place("/boot/gossamer/kernel") + 100,
		"initramfs":          place("/boot/gossamer/initramfs") + 100,
		"menu":               place("/boot/grub/grub.cfg") + 10,
		"GRUB for BIOS":      place("/boot/grub/bios.img") + 5000,
		"GRUB's own address": place("/boot/grub/bios.img") + 12,
		"GRUB for UEFI":      int(efi.sector)*sectorSize + program + 100,
		"FAT":                int(efi.sector)*sectorSize + 22,
	} {
		bad := bytes.Clone(good)
		bad[at] ^= 0x80
		if err := os.WriteFile(m.path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := m.verify(); err == nil {
			t.Errorf("%s: byte %#x is damaged, and nobody noticed", name, at)
		}
	}
	for _, n := range []int{0, 100, 40000, len(good) / 2, len(good) - blockSize} {
		if err := os.WriteFile(m.path, good[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := m.verify(); err == nil {
			t.Errorf("cut off after %d bytes, and nobody noticed", n)
		}
	}
}

func TestWords(t *testing.T) {
	for _, test := range []struct {
		line string
		want []string
	}{
		{"", nil},
		{"  a  b=c\td ", []string{"a", "b=c", "d"}},
		{`"match=a b" x`, []string{"match=a b", "x"}},
		{`match="a b"`, []string{"match=a b"}},
		{`""`, []string{""}},
		{"$x=y;{z}", []string{"$x=y;{z}"}},
	} {
		got, err := words(test.line)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, %v; want %q", test.line, got, err, test.want)
		}
	}
	for _, line := range []string{`a\d`, "it's", `"open`, "two\nlines"} {
		if _, err := words(line); err == nil {
			t.Errorf("%q was taken", line)
		}
	}
}

func TestMenu(t *testing.T) {
	text, err := menu(`init=/bin/init "match=a b" $x`, "1920x1080", "cutmem 64M 80M")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"multiboot2 /boot/gossamer/kernel 'init=/bin/init' 'match=a b' '$x'\n", "set gfxpayload=$modes\n", "set gfxpayload=text\n", "then set modes=1920x1080x32,1920x1080x24,1024x768x32,", "set timeout=0\n", "\ncutmem 64M 80M\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestLacking(t *testing.T) {
	none := func(string) (string, error) { return "", errors.New("no") }
	want := []string{"binutils", "grub-common", "grub-pc-bin", "grub-efi-amd64-bin", "xorriso", "mtools"}
	if got := lacking(none, t.TempDir()); !slices.Equal(got, want) {
		t.Errorf("nothing is there: %q, want %q", got, want)
	}
	all := func(string) (string, error) { return "/bin/true", nil }
	if got := lacking(all, t.TempDir()); !slices.Equal(got, []string{"grub-pc-bin", "grub-efi-amd64-bin"}) {
		t.Errorf("GRUB's parts are missing: %q", got)
	}
}

func TestOptions(t *testing.T) {
	good := options{out: "x", mode: "auto"}
	if err := good.check(0); err != nil {
		t.Error(err)
	}
	for _, bad := range []options{
		{mode: "auto"}, {out: "x", mode: "big"}, {out: "x", mode: "auto", dryRun: true},
		{out: "x", mode: "auto", initramfs: "y", programs: list{"z"}}, {out: "x", mode: "auto", cmdline: "'"},
	} {
		if bad.check(0) == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	if good.check(1) == nil {
		t.Error("an argument too many was taken")
	}
}

func TestTimestamp(t *testing.T) {
	if v, err := timestamp("1700000000"); v != 1700000000 || err != nil {
		t.Error(v, err)
	}
	if v, err := timestamp(""); v != defaultTimestamp || err != nil {
		t.Error(v, err)
	}
	for _, s := range []string{"x", "-1", "1", "9999999999999"} {
		if _, err := timestamp(s); err == nil {
			t.Errorf("%s was taken", s)
		}
	}
}

// An archive that was packed before is not packed again, and another one not taken for it.
func TestPackCache(t *testing.T) {
	cache := filepath.Join(t.TempDir(), "cache")
	for _, text := range []string{"one", "one", "two", "one"} {
		packed, err := pack([]byte(text), cache)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := lz.Decode(packed); string(got) != text || err != nil {
			t.Errorf("%q came back as %q, %v", text, got, err)
		}
	}
	if err := os.WriteFile(cache, []byte("rubbish"), 0o644); err != nil {
		t.Fatal(err)
	}
	if packed, err := pack([]byte("one"), cache); err != nil || !lz.Is(packed) {
		t.Error(err)
	}
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fakeHost is a host with a stick, sdx (8:16) with a partition sdx1 (8:17), and what tests
// change about it: attributes are paths below the stick's folder.
func fakeHost(t *testing.T, attributes map[string]string, mounts, swaps string) *host {
	t.Helper()
	root := t.TempDir()
	stick := filepath.Join(root, "devices", "sdx")
	files := map[string]string{
		"removable": "1", "ro": "0", "size": "2048", "dev": "8:16",
		"device/vendor": "Acme  ", "device/model": "Stick 1", "holders/": "",
		"sdx1/partition": "1", "sdx1/dev": "8:17", "sdx1/size": "1000", "sdx1/holders/": "",
	}
	for name, text := range attributes {
		files[name] = text
	}
	for name, text := range files {
		path := filepath.Join(stick, name)
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	numbers := filepath.Join(root, "dev", "block")
	os.MkdirAll(numbers, 0o755)
	os.Symlink("../../devices/sdx", filepath.Join(numbers, "8:16"))
	os.Symlink("../../devices/sdx/sdx1", filepath.Join(numbers, "8:17"))
	h := &host{sys: root, mounts: filepath.Join(root, "mountinfo"), swaps: filepath.Join(root, "swaps")}
	os.WriteFile(h.mounts, []byte("22 1 254:0 / / rw - ext4 /dev/root rw\n"+mounts), 0o644)
	os.WriteFile(h.swaps, []byte("Filename Type Size Used Priority\n"+swaps), 0o644)
	h.number = func(path string) (uint32, uint32, bool, error) {
		switch path {
		case "/dev/sdx":
			return 8, 16, true, nil
		case "/dev/sdx1":
			return 8, 17, true, nil
		case "/dev/unknown":
			return 99, 99, true, nil
		case "/etc/file":
			return 0, 0, false, nil
		}
		return 0, 0, false, os.ErrNotExist
	}
	return h
}

func TestFind(t *testing.T) {
	d, err := fakeHost(t, nil, "", "").find("/dev/sdx")
	if err != nil {
		t.Fatal(err)
	}
	if want := (device{"/dev/sdx", "sdx", "Acme Stick 1", 1 << 20}); *d != want {
		t.Errorf("%+v, want %+v", *d, want)
	}
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		name, path, want string
		attributes       map[string]string
		mounts, swaps    string
	}{
		{name: "a partition", path: "/dev/sdx1", want: "a partition; the image wants the whole device, which is /dev/sdx"},
		{name: "not removable", want: "not a removable device (Acme Stick 1)", attributes: map[string]string{"removable": "0"}},
		{name: "write-protected", want: "write-protected", attributes: map[string]string{"ro": "1"}},
		{name: "no medium", want: "no medium", attributes: map[string]string{"size": "0"}},
		{name: "no size", want: "no medium", attributes: map[string]string{"size": "x"}},
		{name: "mounted", want: "sdx is mounted at /mnt", mounts: "40 22 8:16 / /mnt rw - vfat /dev/sdx rw\n"},
		{name: "a partition mounted", want: "sdx1 is mounted at /media/u", mounts: "40 22 8:17 / /media/u rw - vfat /dev/sdx1 rw\n"},
		{name: "swap", want: "sdx1 is swapped to", swaps: "/dev/sdx1 partition 1000 0 -2\n"},
		{name: "held", want: "sdx1 is part of dm-0", attributes: map[string]string{"sdx1/holders/dm-0": ""}},
		{name: "held as a whole", want: "sdx is part of md0", attributes: map[string]string{"holders/md0": ""}},
		{name: "a file", path: "/etc/file", want: "not a block device"},
		{name: "unknown", path: "/dev/unknown", want: "does not know this device"},
		{name: "nothing", path: "/dev/nothing", want: "not exist"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.path == "" {
				test.path = "/dev/sdx"
			}
			d, err := fakeHost(t, test.attributes, test.mounts, test.swaps).find(test.path)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%+v, %v; want an error with %q", d, err, test.want)
			}
		})
	}
}

// The machine that this runs on: a plain file, and a loop device, which is not removable.
func TestRefusalsHere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, make([]byte, 1<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := thisHost.find(file); err == nil || !strings.Contains(err.Error(), "not a block device") {
		t.Errorf("a plain file: %v", err)
	}
	if _, err := thisHost.find(os.DevNull); err == nil || !strings.Contains(err.Error(), "not a block device") {
		t.Errorf("a character device: %v", err)
	}
	out, err := exec.Command("losetup", "-f", "--show", file).Output()
	if err != nil {
		t.Log("no loop device to be had here:", err)
		return
	}
	loop := strings.TrimSpace(string(out))
	defer exec.Command("losetup", "-d", loop).Run()
	if _, err := thisHost.find(loop); err == nil || !strings.Contains(err.Error(), "removable") {
		t.Errorf("%s: %v", loop, err)
	}
}

// stick is a medium in memory, with faults.
type stick struct {
	data    []byte
	full    int // writes end here, without an error
	broken  error
	forgets int // this byte is not kept; −1: none
	synced  int
}

func newStick(size int) *stick { return &stick{data: make([]byte, size), full: size, forgets: -1} }

func (s *stick) WriteAt(p []byte, at int64) (int, error) {
	if s.broken != nil {
		return 0, s.broken
	}
	n := copy(s.data[at:max(int(at), s.full)], p)
	if s.forgets >= 0 {
		s.data[s.forgets] = 0
	}
	return n, nil
}

func (s *stick) ReadAt(p []byte, at int64) (int, error) { return copy(p, s.data[at:]), nil }
func (s *stick) Sync() error                            { s.synced++; return nil }

func TestWrite(t *testing.T) {
	image := make([]byte, 9*chunk+12345)
	rand.New(rand.NewSource(1)).Read(image)
	image[5*chunk] = 1
	s := newStick(16 * chunk)
	var out bytes.Buffer
	if err := write(s, image, &out); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(s.data[:len(image)], image) || !bytes.Equal(s.data[len(image):], make([]byte, 16*chunk-len(image))) {
		t.Error("the stick does not hold the image and nothing else")
	}
	for _, want := range []string{"writing", "reading back", "100%", "can be pulled out"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in %q", want, out.String())
		}
	}
	if s.synced == 0 {
		t.Error("never synchronised")
	}

	s = newStick(16 * chunk)
	s.full = 3*chunk + 77
	if err := write(s, image, io.Discard); !errors.Is(err, io.ErrShortWrite) || !strings.Contains(err.Error(), "after 3145805 of") {
		t.Errorf("a short write: %v", err)
	}
	s = newStick(16 * chunk)
	s.broken = errors.New("pulled out")
	if err := write(s, image, io.Discard); !errors.Is(err, s.broken) {
		t.Errorf("a failed write: %v", err)
	}
	s = newStick(16 * chunk)
	s.forgets = 5 * chunk
	if err := write(s, image, io.Discard); err == nil || !strings.Contains(err.Error(), "differs within the MiB at byte 5242880") {
		t.Errorf("a stick that forgets: %v", err)
	}
}

// flash on a plain file in the place of the device: the answer decides.
func TestFlash(t *testing.T) {
	dir := t.TempDir()
	file, target := filepath.Join(dir, "image"), filepath.Join(dir, "stick")
	image := bytes.Repeat([]byte("image"), 1024)
	if err := os.WriteFile(file, image, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, answer string
		size         int64
		dryRun       bool
		written      bool
		says         string
		meanwhile    map[string]string // what has become of the stick when it is opened
		mounts       string
	}{
		{"yes", "sdx\n", 1 << 20, false, true, "Acme Stick 1, 0.00 GiB", nil, ""},
		{"exactly as large", "sdx\n", int64(len(image)), false, true, "", nil, ""},
		{"no", "no\n", 1 << 20, false, false, "nothing was written", nil, ""},
		{"another device", "sdy\n", 1 << 20, false, false, "nothing was written", nil, ""},
		{"no answer", "", 1 << 20, false, false, "nothing was written", nil, ""},
		{"too small", "sdx\n", int64(len(image)) - blockSize, false, false, "the image has 5120 bytes", nil, ""},
		{"dry run", "sdx\n", 1 << 20, true, false, "dry run", nil, ""},
		{"now another one", "sdx\n", 1 << 20, false, false, "has become another device", map[string]string{"device/model": "Disk"}, ""},
		{"now a larger one", "sdx\n", 1 << 20, false, false, "has become another device", map[string]string{"size": "4096"}, ""},
		{"now a fixed disk", "sdx\n", 1 << 20, false, false, "not a removable device", map[string]string{"removable": "0"}, ""},
		{"now mounted", "sdx\n", 1 << 20, false, false, "in use: sdx1 is mounted", nil, "40 22 8:17 / /m rw - vfat /dev/sdx1 rw\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := os.WriteFile(target, make([]byte, 1<<20), 0o644); err != nil {
				t.Fatal(err)
			}
			attributes := map[string]string{"size": fmt.Sprint(test.size / blockSize)}
			maps.Copy(attributes, test.meanwhile)
			h := fakeHost(t, attributes, test.mounts, "")
			h.number = func(path string) (uint32, uint32, bool, error) {
				open, err := os.Readlink(path)
				return 8, 16, open == target, err
			}
			d := &device{target, "sdx", "Acme Stick 1", test.size}
			var out bytes.Buffer
			err := d.flash(h, file, test.dryRun, strings.NewReader(test.answer), &out)
			if err != nil {
				out.WriteString(err.Error())
			}
			if (err == nil) != (test.written || test.dryRun) || !strings.Contains(out.String(), test.says) {
				t.Errorf("%v, said %q", err, out.String())
			}
			data, _ := os.ReadFile(target)
			if got := bytes.HasPrefix(data, image); got != test.written || len(data) != 1<<20 {
				t.Errorf("written: %v, want %v", got, test.written)
			}
			if !test.written && !bytes.Equal(data, make([]byte, 1<<20)) {
				t.Error("something was written")
			}
		})
	}
}

// -o replaces plain files only: renaming over a device's node would take the node away.
func TestReplaceable(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, filepath.Join(dir, "new")} {
		if err := replaceable(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{os.DevNull, dir} {
		if err := replaceable(name); err == nil {
			t.Errorf("%s would be replaced", name)
		}
	}
}

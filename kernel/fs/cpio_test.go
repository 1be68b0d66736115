package fs

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// newc makes an archive of entries.
type newc struct{ strings.Builder }

func (w *newc) add(name string, mode, ino, nlink uint32, data string) *newc {
	fmt.Fprintf(w, "070701%08X%08X%08X%08X%08X%08x%08X%08X%08X%08X%08X%08X%08X",
		ino, mode, 0, 0, nlink, 1234567890, len(data), 0, 1, 0, 0, len(name)+1, 0)
	w.pad(name + "\x00")
	w.pad(data)
	return w
}

func (w *newc) pad(s string) {
	w.WriteString(s)
	for w.Len()%4 != 0 {
		w.WriteByte(0)
	}
}

func (w *newc) end() *newc { return w.add(cpioTrailer, 0, 0, 1, "") }

func sampleArchive() string {
	var w newc
	big := strings.Repeat("0123456789", 500)
	w.add(".", 0o40755, 1, 2, "")
	w.add("bin", 0o40755, 2, 2, "")
	w.add("bin/sh", 0o100755, 3, 1, big)
	w.add("deep/er/file", 0o100600, 4, 1, "made the folders above")
	w.add("./dot/slash", 0o100644, 5, 1, "x")
	w.add("/absolute", 0o100644, 6, 1, "")
	w.add("link", 0o120777, 7, 1, "bin/sh")
	w.add("dev/console", 0o20600, 8, 1, "")
	w.add("one", 0o100644, 9, 2, "")
	w.add("two", 0o100644, 9, 2, "shared")
	w.end()
	w.WriteString(strings.Repeat("\x00", 512))
	w.add("bin", 0o40700, 1, 2, "").add("absolute", 0o100644, 2, 1, "replaced")
	w.add("three", 0o100644, 9, 2, "another file").add("three", 0o100644, 9, 2, "another file, twice").end()
	return w.String()
}

func TestUnpack(t *testing.T) {
	fs, frames := newTest(t)
	if err := Unpack(fs, []byte(sampleArchive())); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/bin/sh":       strings.Repeat("0123456789", 500),
		"/link":         strings.Repeat("0123456789", 500),
		"/deep/er/file": "made the folders above",
		"/dot/slash":    "x",
		"/absolute":     "replaced",
		"/one":          "shared",
		"/two":          "shared",
		"/three":        "another file, twice",
	} {
		if got := fs.get(t, path); got != want {
			t.Errorf("%s: %.60q, want %.60q", path, got, want)
		}
	}
	n, _ := fs.Lookup(nil, fs.root, "/bin/sh", true)
	var st syscall.Stat_t
	Stat(n, &st)
	if st.Mode != 0o100755 || st.Mtim.Sec != 1234567890 {
		t.Errorf("mode %o, time %d", st.Mode, st.Mtim.Sec)
	}
	if _, err := fs.Lookup(nil, fs.root, "/dev", true); err != syscall.ENOENT {
		t.Errorf("a device was unpacked: %v", err)
	}
	checkTree(t, fs)
	emptyTree(t, fs)
	if frames.used() != 0 {
		t.Errorf("%d frames leaked", frames.used())
	}
}

func TestUnpackErrors(t *testing.T) {
	good := new(newc).add("f", 0o100644, 1, 1, "data").String()
	for what, archive := range map[string]string{
		"other magic":     "070707" + good[6:],
		"bad digit":       strings.Replace(good, "0000", "00 0", 1),
		"cut header":      good[:100],
		"cut name":        good[:111],
		"cut data":        good[:len(good)-2],
		"name length 0":   good[:94] + "00000000" + good[102:],
		"huge name":       good[:94] + "7fffffff" + good[102:],
		"huge file":       good[:54] + "ffffffff" + good[62:],
		"unended name":    strings.Replace(good, "f\x00", "ff", 1),
		"dotdot":          new(newc).add("a/../../b", 0o100644, 1, 1, "").String(),
		"below a file":    good + new(newc).add("f/g", 0o100644, 2, 1, "").String(),
		"dir over a file": good + new(newc).add("f", 0o40644, 2, 1, "").String(),
		"file over a dir": new(newc).add("d", 0o40644, 1, 1, "").add("d", 0o100644, 2, 1, "").String(),
		"empty link":      new(newc).add("l", 0o120777, 1, 1, "").String(),
		"not an archive":  "#!/bin/sh\n",
	} {
		fs, _ := newTest(t)
		if err := Unpack(fs, []byte(archive)); err == nil {
			t.Errorf("%s: no error", what)
		} else if !strings.HasPrefix(err.Error(), "cpio: ") {
			t.Errorf("%s: %v", what, err)
		}
		checkTree(t, fs)
	}
	fs, frames := newTest(t)
	frames.limit = 1
	if err := Unpack(fs, []byte(sampleArchive())); err == nil {
		t.Error("no error without memory")
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte(sampleArchive()))
	f.Add([]byte(new(newc).add("a", 0o120777, 1, 1, "a/a").add("a/b", 0o100644, 1, 1, "x").String()))
	f.Fuzz(func(t *testing.T, archive []byte) {
		fs, frames := newTest(t)
		frames.limit = 64
		fs.MaxHeap = 100_000
		Unpack(fs, archive)
		checkTree(t, fs)
		emptyTree(t, fs)
		if frames.used() != 0 {
			t.Errorf("%d frames leaked", frames.used())
		}
	})
}

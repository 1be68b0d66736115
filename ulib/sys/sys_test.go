package sys_test

import (
	"context"
	"debug/dwarf"
	"debug/elf"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"

	"gossamer/ulib/sys"
)

// buildReport builds testdata/report and returns its file.
func buildReport(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "report")
	build := exec.Command("go", "build", "-ldflags", "-E gossamer/ulib/sys.Start", "-o", program, "./testdata/report")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// The offsets in start_amd64.s are those of the toolchain's runtime, as the debugging
// information of a program has them.
func TestOffsets(t *testing.T) {
	f, err := elf.Open(buildReport(t))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.DWARF()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{"g.stack": 0, "g.stackguard0": 0x10, "g.stackguard1": 0x18, "g.m": 0x30, "g.sched": 0x38, "g.throwsplit": sys.GThrowSplit,
		"m.g0": 0, "m.curg": sys.MCurG, "m.mallocing": 0xf0}
	limit := map[string]int64{"g": 80 * 8, "m": 512 * 8} // of startBlock
	for r := info.Reader(); ; {
		e, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if e == nil {
			break
		}
		name, _ := e.Val(dwarf.AttrName).(string)
		name, ok := strings.CutPrefix(name, "runtime.")
		if e.Tag != dwarf.TagStructType || !ok || limit[name] == 0 {
			continue
		}
		typ, err := info.Type(e.Offset)
		if err != nil {
			t.Fatal(err)
		}
		if typ.Size() > limit[name] {
			t.Errorf("a %s has %d bytes, room for %d", name, typ.Size(), limit[name])
		}
		for _, field := range typ.(*dwarf.StructType).Field {
			key := name + "." + field.Name
			if offset, ok := want[key]; ok && offset != field.ByteOffset {
				t.Errorf("%s is at %#x, not %#x", key, field.ByteOffset, offset)
			}
			delete(want, key)
		}
	}
	for key := range want {
		t.Errorf("%s not found", key)
	}
}

// A bare program that overflows its stack or indexes out of range says so and where, with
// status 2.
func TestReports(t *testing.T) {
	program := buildReport(t)
	for _, c := range []struct {
		arg    string
		status int
		text   []string
	}{
		{"", 0, nil},
		{"deep", 0, nil},
		{"overflow", 2, []string{"stack split at bad time", "main.recurse"}},
		{"index", 2, []string{"index out of range", "main.index"}},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		out, err := exec.CommandContext(ctx, program, c.arg).CombinedOutput()
		status := 0
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			status = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if status != c.status {
			t.Errorf("%q: status %d, want %d\n%.2000s", c.arg, status, c.status, out)
		}
		for _, want := range c.text {
			if !strings.Contains(string(out), want) {
				t.Errorf("%q: no %q in its report\n%.2000s", c.arg, want, out)
			}
		}
	}
}

// The structures that the kernel reads and writes are laid out as Linux's are.
func TestLayout(t *testing.T) {
	var u sys.UContext
	var a sys.Sigaction
	var i sys.SigInfo
	for _, c := range []struct {
		name      string
		got, want uintptr
	}{
		{"ucontext.r8", unsafe.Offsetof(u.R8), 40},
		{"ucontext.rip", unsafe.Offsetof(u.IP), 168},
		{"ucontext.eflags", unsafe.Offsetof(u.EFlags), 176},
		{"ucontext.cr2", unsafe.Offsetof(u.CR2), 216},
		{"ucontext.fpstate", unsafe.Offsetof(u.FPState), 224},
		{"ucontext.sigmask", unsafe.Offsetof(u.Mask), 296},
		{"sigaction", unsafe.Sizeof(a), 32},
		{"siginfo", unsafe.Sizeof(i), 128},
		{"siginfo.addr", unsafe.Offsetof(i.Addr), 16},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.name, c.got, c.want)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		filter, s string
		want      bool
	}{
		{"", "anything", true},
		{"pipe", "pipe/data", true},
		{"ipe/d", "pipe/data", true},
		{"fork", "pipe/data", false},
		{"fork|pipe", "pipe/data", true},
		{"^pipe", "pipe/data", true},
		{"^data", "pipe/data", false},
		{"data$", "pipe/data", true},
		{"pipe$", "pipe/data", false},
		{"p.pe", "pipe/data", true},
		{"p.*a", "pipe/data", true},
		{"p*ta$", "pipe/data", true},
		{"^p*x", "pipe/data", false},
		{"^pipe/data$", "pipe/data", true},
		{"^p$|^q$", "pq", false},
		{"a|", "b", true},
	} {
		if got := sys.Match(c.filter, c.s); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.filter, c.s, got)
		}
	}
}

func TestParseInt(t *testing.T) {
	for _, c := range []struct {
		s  string
		n  int
		ok bool
	}{
		{"0", 0, true}, {"42", 42, true}, {"-7", -7, true}, {"+7", 7, true}, {"123456789012345678", 123456789012345678, true},
		{"", 0, false}, {"-", 0, false}, {"1x", 0, false}, {" 1", 0, false}, {"1234567890123456789", 0, false},
	} {
		if n, ok := sys.ParseInt(c.s); ok != c.ok || ok && n != c.n {
			t.Errorf("ParseInt(%q) = %d, %v", c.s, n, ok)
		}
	}
}

func TestDecimal(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", -7: "-7", 1 << 62: "4611686018427387904", -1 << 63: "-9223372036854775808"} {
		var d [20]byte
		if got := string(sys.Decimal(&d, n)); got != want {
			t.Errorf("Decimal(%d) = %q", n, got)
		}
	}
}

func TestPath(t *testing.T) {
	var p sys.Path
	if got := p.Add("/proc").Elem("self").Elem("maps").String(); got != "/proc/self/maps" {
		t.Errorf("path %q", got)
	}
	if got := p.Reset().Add("/").Elem("bin").Add("-").Int(12).String(); got != "/bin-12" {
		t.Errorf("path %q", got)
	}
	for s, want := range map[string]string{"/bin/ls": "ls", "ls": "ls", "/": "/", "/a/b/": "b", "": ""} {
		if got := sys.Base(s); got != want {
			t.Errorf("Base(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestDirent(t *testing.T) {
	entry := func(name string, kind byte) []byte {
		b := make([]byte, (19+len(name)+1+7)&^7)
		b[16], b[18] = byte(len(b)), kind
		copy(b[19:], name)
		return b
	}
	buf := append(entry("a", 4), entry("file.txt", 8)...)
	name, kind, rest := sys.Dirent(buf)
	if string(name) != "a" || kind != 4 {
		t.Errorf("first entry %q, %d", name, kind)
	}
	name, kind, rest = sys.Dirent(rest)
	if string(name) != "file.txt" || kind != 8 || len(rest) != 0 {
		t.Errorf("second entry %q, %d, %d bytes left", name, kind, len(rest))
	}
	for _, bad := range [][]byte{nil, make([]byte, 5), make([]byte, 40), append(make([]byte, 16), 255, 255, 0, 0, 0)} {
		if name, _, rest := sys.Dirent(bad); name != nil || rest != nil {
			t.Errorf("malformed entry %v gave %q", bad, name)
		}
	}
}

func TestWaitStatus(t *testing.T) {
	if s := sys.WaitStatus(42 << 8); !s.Exited() || s.Signaled() || s.Code() != 42 {
		t.Error("exit status 42")
	}
	if s := sys.WaitStatus(11); s.Exited() || !s.Signaled() || s.Stopped() || s.Code() != 139 {
		t.Error("SIGSEGV")
	}
	if s := sys.WaitStatus(19<<8 | 0x7f); s.Exited() || s.Signaled() || !s.Stopped() {
		t.Error("stopped")
	}
}

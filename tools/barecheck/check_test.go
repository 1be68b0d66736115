package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/arch/x86/x86asm"
)

// seeded builds testdata/alloc.
func seeded(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "alloc")
	cmd := exec.Command("go", "build", "-trimpath", "-o", file, "./testdata/alloc")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOAMD64=v1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return file
}

func TestSeededViolation(t *testing.T) {
	file := seeded(t)
	var out bytes.Buffer
	clean, err := run(&out, "main.start", "", []string{file})
	if err != nil || clean {
		t.Fatalf("clean = %v, %v\n%s", clean, err, out.String())
	}
	// The path, in order, with source lines.
	rest := out.String()
	for _, want := range []string{"main.start reaches runtime.newobject", "\n      main.start ", "alloc/main.go:15", "→ main.middle", "→ main.keep", "→ runtime.newobject"} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("no %q where expected in\n%s", want, out.String())
		}
		rest = after
	}
}

func TestWaysOut(t *testing.T) {
	file := seeded(t)
	p, err := load(file)
	if err != nil {
		t.Fatal(err)
	}
	for root, want := range map[string]string{
		"main.callsHook": "indirect call",
		"main.starts":    "reaches runtime.newproc",
		"main.sends":     "reaches runtime.chansend1",
		"main.grows":     "reaches runtime.growslice",
		"main.asks":      "reaches runtime.mapaccess1_faststr",
		"main.joins":     "reaches runtime.concatstring2",
		"main.stores":    "reaches runtime.gcWriteBarrier",
		"main.boxes":     "reaches runtime.convT64",
		"main.deferred":  "reaches ",
		"main.prints":    "reaches ",
		"main.yields":    "reaches ",
		"main.nowhere":   "none of the roots",
		"main.clean":     "",
	} {
		r := check(p, newList([]entry{{pattern: root}}), newList(nil))
		switch {
		case want == "" && len(r.violations) > 0:
			t.Errorf("%s: %s", root, r.violations[0].text(p))
		case want == "" && r.functions < 2:
			t.Errorf("%s: only %d functions looked at", root, r.functions)
		case want != "" && (len(r.violations) == 0 || !strings.Contains(r.violations[0].what, want)):
			t.Errorf("%s: %+v, want %q", root, r.violations, want)
		}
	}
}

func TestAllow(t *testing.T) {
	file := seeded(t)
	write := func(text string) string {
		name := filepath.Join(t.TempDir(), "list")
		os.WriteFile(name, []byte(text), 0o644)
		return name
	}
	for _, test := range []struct {
		roots, allow string
		clean, fails bool
		says         string
	}{
		{"# entry\nmain.callsHook\n", "main.callsHook\tthe hook is empty\n", true, false, "1 indirect calls allowed"},
		{"main.callsHook\nmain.leaf", "main.calls* # no reason\n", false, true, "no reason"},
		{"main.leaf\n", "main.callsHook stale\n", false, false, "nothing needs the allowance for main.callsHook"},
		{"main.leaf\nmain.typo\n", "", false, false, "root main.typo is in none of the files"},
	} {
		var out bytes.Buffer
		clean, err := run(&out, write(test.roots), write(test.allow), []string{file})
		text := out.String()
		if err != nil {
			text = err.Error()
		}
		if clean != test.clean || (err != nil) != test.fails || !strings.Contains(text, test.says) {
			t.Errorf("%+v: clean %v, %v\n%s", test, clean, err, out.String())
		}
	}
}

// A function handed to one with the directive "argument" is a root, and one that
// cannot be told is a violation.
func TestArgument(t *testing.T) {
	p, err := load(seeded(t))
	if err != nil {
		t.Fatal(err)
	}
	for callee, want := range map[string]string{
		"main.invoke":   "main.handed reaches runtime.newobject",
		"main.invokeIt": "cannot tell which function main.passes hands over",
	} {
		r := check(p, newList([]entry{{pattern: "main.leaf"}, {word: "argument", pattern: callee}}), newList(nil))
		if len(r.violations) == 0 || !strings.HasPrefix(r.violations[0].what, want) {
			t.Errorf("%s: %+v, want %q", callee, r.violations, want)
		}
	}
}

// What an "end" allowance names is not looked into.
func TestEnd(t *testing.T) {
	p, err := load(seeded(t))
	if err != nil {
		t.Fatal(err)
	}
	r := check(p, newList([]entry{{pattern: "main.start"}}), newList([]entry{{word: "end", pattern: "main.keep", reason: "x"}}))
	if len(r.violations) > 0 {
		t.Error(r.violations[0].text(p))
	}
}

func TestDecodeLengths(t *testing.T) {
	for name, code := range map[string][]byte{
		"VZEROUPPER":                 {0xc5, 0xf8, 0x77},
		"VMOVDQU (SI), Y0":           {0xc5, 0xfe, 0x6f, 0x06},
		"VMOVDQU 32(SI)(BX*1), Y1":   {0xc5, 0xfe, 0x6f, 0x4c, 0x1e, 0x20},
		"VPSHUFD $1, X1, X2":         {0xc5, 0xf9, 0x70, 0xd1, 0x01},
		"VPALIGNR $8, X2, X1, X3":    {0xc4, 0xe3, 0x71, 0x0f, 0xda, 0x08},
		"VMOVDQU64 64(SI), Z0":       {0x62, 0xf1, 0xfe, 0x48, 0x6f, 0x46, 0x01},
		"ANDN":                       {0xc4, 0xe2, 0x70, 0xf2, 0xc2},
		"STAC":                       {0x0f, 0x01, 0xcb},
		"CLAC":                       {0x0f, 0x01, 0xca},
		"ENDBR64":                    {0xf3, 0x0f, 0x1e, 0xfa},
		"SWAPGS":                     {0x0f, 0x01, 0xf8},
		"RDTSCP":                     {0x0f, 0x01, 0xf9},
		"XGETBV":                     {0x0f, 0x01, 0xd0},
		"WRFSBASE AX":                {0xf3, 0x48, 0x0f, 0xae, 0xd0},
		"RDGSBASE R10":               {0xf3, 0x49, 0x0f, 0xae, 0xca},
		"FXSAVE64 (DI)":              {0x48, 0x0f, 0xae, 0x07},
		"FXRSTOR64 512(R8)":          {0x49, 0x0f, 0xae, 0x88, 0x00, 0x02, 0x00, 0x00},
		"XSAVES":                     {0x0f, 0xc7, 0x2f},
		"INVPCID (CX), AX":           {0x66, 0x0f, 0x38, 0x82, 0x01},
		"CMPXCHG16B (SI)":            {0x48, 0x0f, 0xc7, 0x0e},
		"IRETQ":                      {0x48, 0xcf},
		"SYSRETQ":                    {0x48, 0x0f, 0x07},
		"INVLPG (AX)":                {0x0f, 0x01, 0x38},
		"MOV CR3, AX":                {0x0f, 0x20, 0xd8},
		"LGDT (AX)":                  {0x0f, 0x01, 0x10},
		"LIDT (AX)":                  {0x0f, 0x01, 0x18},
		"LTR AX":                     {0x0f, 0x00, 0xd8},
		"REP STOSQ":                  {0xf3, 0x48, 0xab},
		"LOCK CMPXCHGQ CX, 8(DX)":    {0xf0, 0x48, 0x0f, 0xb1, 0x4a, 0x08},
		"PAUSE":                      {0xf3, 0x90},
		"CRC32":                      {0xf2, 0x48, 0x0f, 0x38, 0xf1, 0xc3},
		"MFENCE":                     {0x0f, 0xae, 0xf0},
		"OUTL":                       {0xef},
		"MOVQ (TLS), R14":            {0x64, 0x4c, 0x8b, 0x34, 0x25, 0xf8, 0xff, 0xff, 0xff},
		"far return LRETQ":           {0x48, 0xcb},
		"WRMSR":                      {0x0f, 0x30},
		"XSAVE64 (AX)":               {0x48, 0x0f, 0xae, 0x20},
		"CLFLUSH":                    {0x0f, 0xae, 0x38},
		"PREFETCHNTA 64(SI)":         {0x0f, 0x18, 0x46, 0x40},
		"multi-byte NOP":             {0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
		"MOVNTI":                     {0x48, 0x0f, 0xc3, 0x07},
		"RDRAND AX":                  {0x48, 0x0f, 0xc7, 0xf0},
		"POPFQ":                      {0x9d},
		"CPUID":                      {0x0f, 0xa2},
		"HLT":                        {0xf4},
		"LDMXCSR (AX)":               {0x0f, 0xae, 0x10},
		"UD2":                        {0x0f, 0x0b},
		"MOVBE (AX), CX":             {0x0f, 0x38, 0xf0, 0x08},
		"VPBROADCASTB X0, Y0 (map2)": {0xc4, 0xe2, 0x7d, 0x78, 0xc0},
	} {
		in, ok := decode(append(bytes.Clone(code), bytes.Repeat([]byte{0x90}, 16)...), 0x1000)
		if !ok || in.length != len(code) || in.kind != plain {
			t.Errorf("%s: length %d, kind %v, ok %v; want %d bytes, plain", name, in.length, in.kind, ok, len(code))
		}
	}
}

func TestDecodeTransfers(t *testing.T) {
	for _, test := range []struct {
		code   []byte
		kind   kind
		target uint64
	}{
		{[]byte{0xe8, 0x10, 0, 0, 0}, direct, 0x1015},         // CALL
		{[]byte{0xe9, 0xf0, 0xff, 0xff, 0xff}, direct, 0xff5}, // JMP
		{[]byte{0xeb, 0xfe}, direct, 0x1000},                  // JMP self
		{[]byte{0x0f, 0x84, 0, 1, 0, 0}, direct, 0x1106},      // JE
		{[]byte{0x74, 0x02}, direct, 0x1004},
		{[]byte{0xe3, 0x02}, direct, 0x1004}, // JRCXZ
		{[]byte{0xff, 0xd1}, indirect, 0},    // CALL CX
		{[]byte{0xff, 0xe0}, indirect, 0},    // JMP AX
		{[]byte{0xff, 0x12}, indirect, 0},    // CALL (DX)
		{[]byte{0xff, 0x25, 0, 0, 0, 0}, indirect, 0},
		{[]byte{0x48, 0xff, 0x2c, 0x25, 0, 0, 0, 0}, indirect, 0}, // far JMP
	} {
		in, ok := decode(append(test.code, bytes.Repeat([]byte{0x90}, 16)...), 0x1000)
		if !ok || in.kind != test.kind || in.target != test.target {
			t.Errorf("% x: %+v, ok %v; want kind %v, target %#x", test.code, in, ok, test.kind, test.target)
		}
	}
}

// The version of x86asm is pinned because of what it gets wrong: when this test
// fails, a newer one has changed that, and decode.go wants another look.
func TestDecoderFlaws(t *testing.T) {
	inst, err := x86asm.Decode([]byte{0xc5, 0xf8, 0x77, 0x90, 0x90}, 64)
	if err == nil && inst.Len == 3 {
		t.Error("x86asm now decodes VZEROUPPER")
	}
	if _, err := x86asm.Decode([]byte{0x0f, 0x01, 0xcb}, 64); err == nil {
		t.Error("x86asm now decodes STAC")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{0xc5, 0xf8, 0x77})
	f.Fuzz(func(t *testing.T, code []byte) {
		if in, ok := decode(code, 0); ok && (in.length <= 0 || in.length > len(code)) {
			t.Errorf("% x: length %d", code, in.length)
		}
	})
}

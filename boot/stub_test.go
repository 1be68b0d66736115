package boot

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"
)

// tool skips the test if the program is not installed.
func tool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed", name)
	}
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// build assembles the stub, with extra sources, by the given linker script.
func build(t *testing.T, script string, sources ...string) string {
	t.Helper()
	tool(t, "as")
	tool(t, "ld")
	dir := t.TempDir()
	args := []string{"--no-warn-rwx-segments", "-T", script, "-o", filepath.Join(dir, "out.elf")}
	for _, s := range append([]string{"boot.S"}, sources...) {
		o := filepath.Join(dir, filepath.Base(s)+".o")
		run(t, "as", "--64", s, "-o", o)
		args = append(args, o)
	}
	run(t, "ld", args...)
	return filepath.Join(dir, "out.elf")
}

func symbols(t *testing.T, path string) (map[string]uint64, *elf.File) {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	list, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]uint64{}
	for _, s := range list {
		m[s.Name] = s.Value
	}
	return m, f
}

// Do Go and the assembler agree on where everything is?
func TestStubLayout(t *testing.T) {
	sym, f := symbols(t, build(t, "boot.ld"))
	load := f.Progs[0]
	if load.Type != elf.PT_LOAD || load.Paddr != uint64(HeaderAddr) {
		t.Fatalf("first segment is %v at %#x, want PT_LOAD at %#x", load.Type, load.Paddr, HeaderAddr)
	}
	image := make([]byte, load.Filesz)
	if _, err := load.ReadAt(image, 0); err != nil {
		t.Fatal(err)
	}
	var h Header
	if err := binary.Read(bytes.NewReader(image), binary.LittleEndian, &h); err != nil {
		t.Fatal(err)
	}
	want := Header{Magic: HeaderMagic, TrampStart: sym["tramp_start"], TrampEnd: sym["tramp_end"], PML4: sym["boot_pml4"]}
	if h != want {
		t.Errorf("header is %#x, want %#x", h, want)
	}
	if sym["kernel_entry"]-sym["header"] != uint64(unsafe.Offsetof(h.KernelEntry)) {
		t.Error("kernel_entry is not Header.KernelEntry")
	}
	for name, off := range map[string]uint64{
		"mb_index": mailboxIndex, "mb_entry": mailboxEntry, "mb_pml4": mailboxPML4, "mb_efer": mailboxEFER,
	} {
		if got := sym[name] - (sym["tramp_end"] - mailboxSize); got != off {
			t.Errorf("%s is %d bytes into the mailbox, Go says %d", name, got, off)
		}
	}
	at := sym["tramp_end"] - mailboxSize + mailboxMagic - load.Paddr
	if got := binary.LittleEndian.Uint64(image[at:]); got != mailboxSignature {
		t.Errorf("mailbox signature is %#x", got)
	}
}

// Is the Multiboot2 header where a loader looks for it, and is it well formed?
func TestMultiboot2Header(t *testing.T) {
	path := build(t, "boot.ld")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	off := -1
	for i := 0; i+16 <= min(len(file), 32768); i += 8 {
		if le.Uint32(file[i:]) == 0xe85250d6 {
			off = i
			break
		}
	}
	if off < 0 {
		t.Fatal("no Multiboot2 header in the first 32 KiB")
	}
	h := file[off:]
	if s := le.Uint32(h) + le.Uint32(h[4:]) + le.Uint32(h[8:]) + le.Uint32(h[12:]); s != 0 {
		t.Errorf("checksum is off by %#x", s)
	}
	h = h[:le.Uint32(h[8:])]
	var kinds []uint16
	for p := 16; p < len(h); p += (int(le.Uint32(h[p+4:])) + 7) &^ 7 {
		kinds = append(kinds, le.Uint16(h[p:]))
		if le.Uint16(h[p:]) == 3 {
			sym, _ := symbols(t, path)
			if got := uint64(le.Uint32(h[p+8:])); got != sym["mb2_start"] {
				t.Errorf("entry address %#x, want mb2_start, %#x", got, sym["mb2_start"])
			}
		}
	}
	if len(kinds) == 0 || kinds[len(kinds)-1] != 0 {
		t.Errorf("tags %v do not end with the end tag", kinds)
	}
}

// payload links the stub with the small test program and patches the header as mkkernel does.
func payload(t *testing.T) string {
	path := build(t, "testdata/payload.ld", "testdata/payload.S")
	sym, f := symbols(t, path)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	h := file[f.Section(".header").Offset:]
	binary.LittleEndian.PutUint64(h[8:], sym["payload"])
	binary.LittleEndian.PutUint64(h[16:], sym["payload_ap"])
	binary.LittleEndian.PutUint64(h[48:], 0x300000)
	if err := os.WriteFile(path, file, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// qemu boots and returns what came out of COM1 and the exit status; if until is not empty it
// ends QEMU once that has come.
func qemu(t *testing.T, until string, args ...string) (string, int) {
	t.Helper()
	tool(t, "qemu-system-x86_64")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	args = append([]string{"-accel", "tcg", "-m", "128M", "-display", "none", "-serial", "stdio", "-no-reboot",
		"-device", "isa-debug-exit,iobase=0xf4,iosize=4"}, args...)
	cmd := exec.CommandContext(ctx, "qemu-system-x86_64", args...)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var out []byte
	buf := make([]byte, 512)
	for {
		n, err := pipe.Read(buf)
		out = append(out, buf[:n]...)
		if until != "" && strings.Contains(string(out), until) {
			cancel()
		}
		if err != nil {
			break
		}
	}
	cmd.Wait()
	return string(out), cmd.ProcessState.ExitCode()
}

// Does a CPU arrive in the kernel as promised, the first by PVH, the others through the
// trampoline, on several machines and CPU models?
func TestStubInQEMU(t *testing.T) {
	if testing.Short() {
		t.Skip("starts QEMU")
	}
	image := payload(t)
	for _, c := range []struct {
		name, args, want string
	}{
		{"q35", "-M q35 -cpu max -smp 1", "P1 1 ok"},
		{"no NX", "-M q35 -cpu max,-nx -smp 2", "P1 2 ok"},
		{"pc, qemu64", "-M pc -cpu qemu64 -smp 4", "P1 4 ok"},
		{"microvm", "-M microvm -cpu max -smp 2", "P1 2 ok"},
		{"eight CPUs", "-M q35 -cpu qemu64 -smp 8", "P1 8 ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, code := qemu(t, "", append(strings.Fields(c.args), "-kernel", image)...)
			if !strings.Contains(out, c.want) || code != 0x10<<1|1 {
				t.Errorf("got %q and exit status %d, want %q and 33", out, code, c.want)
			}
		})
	}
}

// Does it say so, and stop, where it cannot go on?
func TestStubRefuses(t *testing.T) {
	if testing.Short() {
		t.Skip("starts QEMU")
	}
	for _, c := range []struct{ name, cpu, image, want string }{
		{"32-bit CPU", "qemu32", payload(t), "no 64-bit mode"},
		{"stub alone", "qemu64", build(t, "boot.ld"), "no kernel"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if out, _ := qemu(t, c.want, "-cpu", c.cpu, "-kernel", c.image); !strings.Contains(out, c.want) {
				t.Errorf("got %q, want %q", out, c.want)
			}
		})
	}
}

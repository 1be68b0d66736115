package proctest

import (
	"bytes"
	"crypto/rand"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gossamer/kernel/frame"
	"gossamer/kernel/fs"
	"gossamer/kernel/mem"
	"gossamer/kernel/mem/memtest"
	"gossamer/kernel/sched"
	"gossamer/kernel/sched/schedtest"
	ksyscall "gossamer/kernel/syscall"
	"gossamer/lwp"
	"gossamer/proc"
)

// Patience is how long a test waits for what must happen; only a hang takes so long.
const Patience = time.Minute

// Kit is a machine with a file system and programs in it.
type Kit struct {
	T     testing.TB
	Mem   *memtest.Machine
	Sched *schedtest.Machine
	FS    *fs.FS
	Sys   *proc.System

	Patience time.Duration // how long Run waits for process 1 to end; Patience unless set

	HeapFull atomic.Bool  // what HeapOK denies
	Hoard    func() bool  // what Reclaim does; nil: nothing
	Exits    atomic.Int64 // the last gossamer_exit, -1 at first
	Powers   atomic.Int64 // the last reboot, -1 at first

	contexts atomic.Int64
	died     chan string

	mu       sync.Mutex
	log      strings.Builder
	programs []Program
	handlers []Handler
}

// Handler is a signal handler; info is its siginfo_t.
type Handler func(u *User, sig int, info []byte)

// New makes a machine with 32 MiB.
func New(t testing.TB) *Kit {
	k := &Kit{T: t, Patience: Patience, Sched: schedtest.Boot(t), Mem: memtest.New(t, 32<<20), died: make(chan string, 1)}
	k.FS = fs.New(k.Mem)
	k.Exits.Store(-1)
	k.Powers.Store(-1)
	k.Sys = proc.NewSystem(proc.Machine{
		NewContext:   func() lwp.Context { k.contexts.Add(1); return &Context{k: k} },
		NewPageTable: k.newPageTable,
		Frames:       k.Mem,
		Now:          k.Sched.Now,
		WallClock:    func() int64 { return time.Now().UnixNano() },
		Random:       rand.Reader,
		CPUs:         func() int { return 2 },
		MemInfo:      k.memInfo,
		CPUInfo:      func() string { return "processor\t: 0\n" },
		Hardware:     func() string { return "cpu: none\n" },
		TimeSlice:    10e6,
		HeapOK:       func() bool { return !k.HeapFull.Load() },
		Reclaim:      k.reclaim,
		Log:          k.logf,
		Exit:         func(code int) { k.Exits.Store(int64(code)) },
		Power:        func(a proc.Power) { k.Powers.Store(int64(a)) },
		InitDied:     func(why string) { k.died <- why },
		Cmdline:      "test",
		Release:      "1.0",
		Version:      "#1",
	}, k.FS)
	ksyscall.Install(k.Sys, nil)
	for _, dir := range []string{"/bin", "/dev", "/tmp"} {
		if err := k.FS.Mkdir(nil, k.FS.Root(), dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.FS.AddMemoryDevices("/dev", rand.Reader); err != nil {
		t.Fatal(err)
	}
	if err := k.Sys.MountProc("/proc"); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *Kit) reclaim() bool { return k.Hoard != nil && k.Hoard() }

func (k *Kit) memInfo() proc.MemInfo {
	total, free, _ := frame.Stats()
	return proc.MemInfo{Total: total * mem.PageSize, Free: free * mem.PageSize, Heap: 1 << 20, HeapMax: 1 << 30}
}

func (k *Kit) logf(s string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.log.WriteString(s + "\n")
}

// Log returns what the kernel has logged.
func (k *Kit) Log() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.log.String()
}

// table is a page table that no CPU keeps loaded between two entries to user mode.
type table struct{ *memtest.Table }

func (k *Kit) newPageTable() (mem.PageTable, error) {
	pt, err := k.Mem.NewTable()
	if err != nil {
		return nil, err
	}
	return table{pt.(*memtest.Table)}, nil
}

func (t table) CopyRange(dst mem.PageTable, from, to mem.VirtAddr, keep mem.Prot) (int, error) {
	return t.Table.CopyRange(dst.(table).Table, from, to, keep)
}

func (t table) CopyIn(dst []byte, va mem.VirtAddr) int {
	defer t.Idle()
	return t.Table.CopyIn(dst, va)
}

func (t table) CopyOut(va mem.VirtAddr, src []byte) int {
	defer t.Idle()
	return t.Table.CopyOut(va, src)
}

const (
	textAddr = 0x400000
	entries  = textAddr + mem.PageSize // 16 bytes a program
	dataAddr = 0x600000
	dataSize = 0x800 // bytes of the data segment that are in the file
)

// Install makes an executable file of a program.
func (k *Kit) Install(path string, prog Program) {
	k.WriteFile(path, k.Executable(prog), 0o755)
}

// Executable returns an executable whose entry point stands for prog.
func (k *Kit) Executable(prog Program) []byte {
	entry := k.Entry(prog)
	b := make([]byte, 2*mem.PageSize, 3*mem.PageSize)
	for i := range b {
		b[i] = 0x90
	}
	b = append(b, FillData...)
	b = append(b, bytes.Repeat([]byte{0xee}, mem.PageSize-dataSize)...) // no part of the segment
	var h bytes.Buffer
	ident := [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)}
	binary.Write(&h, binary.LittleEndian, elf.Header64{Ident: ident, Type: uint16(elf.ET_EXEC),
		Machine: uint16(elf.EM_X86_64), Version: 1, Entry: entry, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 2})
	binary.Write(&h, binary.LittleEndian, [2]elf.Prog64{
		{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X), Vaddr: textAddr, Filesz: 2 * mem.PageSize, Memsz: 2 * mem.PageSize},
		{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_W), Off: 2 * mem.PageSize, Vaddr: dataAddr,
			Filesz: dataSize, Memsz: mem.PageSize + ScratchSize},
	})
	copy(b, h.Bytes())
	return b
}

// WriteFile makes a file.
func (k *Kit) WriteFile(path string, b []byte, perm uint32) {
	k.T.Helper()
	f, err := k.FS.Open(nil, k.FS.Root(), path, syscall.O_CREAT|syscall.O_TRUNC|syscall.O_WRONLY, perm)
	if err != nil {
		k.T.Fatal(path, err)
	}
	defer f.Close()
	if _, err := f.Write(nil, b); err != nil {
		k.T.Fatal(path, err)
	}
}

// Entry gives a program an address, for a context to begin at.
func (k *Kit) Entry(prog Program) uint64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.programs = append(k.programs, prog)
	return entries + 16*uint64(len(k.programs))
}

func (k *Kit) program(pc uint64) Program {
	k.mu.Lock()
	defer k.mu.Unlock()
	if i := int(pc-entries)/16 - 1; i >= 0 && i < len(k.programs) {
		return k.programs[i]
	}
	return func(u *User) { u.Fault(noInstruction) }
}

// noInstruction is what becomes of a jump to where there is no program.
var noInstruction = lwp.FaultInfo{Signal: syscall.SIGILL, Code: 2, Text: "invalid instruction"}

const handlerAddr = 0x10000000

// Handler gives a signal handler an address.
func (k *Kit) Handler(h Handler) uint64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.handlers = append(k.handlers, h)
	return handlerAddr + uint64(len(k.handlers)) - 1
}

func (k *Kit) handler(addr uint64) Handler {
	k.mu.Lock()
	defer k.mu.Unlock()
	if i := addr - handlerAddr; i < uint64(len(k.handlers)) {
		return k.handlers[i]
	}
	return func(u *User, sig int, info []byte) { u.Fault(noInstruction) }
}

// Run runs a program as process 1 and returns when it has ended and nothing is left.
func (k *Kit) Run(init Program) {
	k.T.Helper()
	k.Install("/bin/init", init)
	frames, threads := k.Mem.FreeFrames(), sched.ReadStats().Threads
	_, before := k.FS.Usage()
	if _, err := k.Sys.StartInit("/bin/init", []string{"init"}, []string{"HOME=/"}, nil); err != nil {
		k.T.Fatal("StartInit:", err)
	}
	select {
	case why := <-k.died:
		if !strings.HasSuffix(why, "status 0x0") {
			k.T.Error(why)
		}
	case <-time.After(k.Patience):
		k.T.Fatalf("process 1 does not end\n%s%s", k.processes(), k.Log())
	}
	k.Sys.KillAll()
	k.await("processes are left", func() bool { return k.Sys.Count() == 0 })
	k.await("kernel threads are left", func() bool { return sched.ReadStats().Threads <= threads })
	if n := k.contexts.Load(); n != 0 {
		k.T.Errorf("%d contexts leaked", n)
	}
	_, after := k.FS.Usage() // files may stay
	k.Mem.CheckLeaks(frames - uint64(after-before))
}

func (k *Kit) await(what string, ok func() bool) {
	k.T.Helper()
	for end := time.Now().Add(Patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			k.T.Fatalf("%s\n%s%s", what, k.processes(), k.Log())
		}
	}
}

// processes describes all kernel threads, for a test that hangs.
func (k *Kit) processes() string {
	var b strings.Builder
	for _, t := range sched.Threads() {
		fmt.Fprintf(&b, "thread %d %s: %v\n", t.ID(), t.Name(), t.State())
	}
	return b.String()
}

package proctest

import (
	"bytes"
	"encoding/binary"
	"syscall"

	"gossamer/kernel/mem"
	"gossamer/lwp"
	"gossamer/proc"
)

// Numbers of calls that the kit makes itself.
const (
	sysRtSigreturn = 15
	sysClone       = 56
	sysFork        = 57
	sysVfork       = 58
	sysExecve      = 59
	sysExit        = 60
	sysWait4       = 61
	sysExitGroup   = 231
	sysClone3      = 435
)

// Scratch is where a program has ScratchSize bytes of zeroed memory to its liking. The first
// page below it is data that is 0xdd at first.
const (
	Scratch     = dataAddr + mem.PageSize
	ScratchSize = 0x8000
)

// User is a program's view of the machine.
type User struct {
	*Kit
	ctx   *Context
	lv    *level
	yield func(lwp.Why)
}

// Call makes a system call. The result is the register, negative for an error number.
func (u *User) Call(nr uint64, args ...uint64) int64 {
	u.lv.nr, u.lv.args = nr, [6]uint64{}
	copy(u.lv.args[:], args)
	u.yield(lwp.Syscall)
	return int64(u.lv.result)
}

// Errno makes a system call and returns its error number.
func (u *User) Errno(nr uint64, args ...uint64) syscall.Errno {
	if r := u.Call(nr, args...); r < 0 && r > -4096 {
		return syscall.Errno(-r)
	}
	return 0
}

// Fault is an exception. It returns if the kernel lets the program try again.
func (u *User) Fault(f lwp.FaultInfo) {
	u.lv.fault = f
	u.yield(lwp.Fault)
}

// Tick is a timer interrupt.
func (u *User) Tick() { u.yield(lwp.Tick) }

// Fork makes a process that runs child; the result is that of fork(2) in the parent.
func (u *User) Fork(child Program) int64 { return u.fork(sysFork, child) }

// Vfork is Fork by vfork(2).
func (u *User) Vfork(child Program) int64 { return u.fork(sysVfork, child) }

func (u *User) fork(nr uint64, child Program) int64 {
	u.ctx.child = child
	return u.Call(nr)
}

// Clone makes an LWP (flags with CLONE_THREAD) or a process that runs child, by clone(2). An
// LWP whose program returns calls exit(2).
func (u *User) Clone(flags uint64, stack, parentTID, childTID, tls uint64, child Program) int64 {
	u.ctx.child, u.ctx.thread = child, flags&proc.CloneThread != 0
	defer func() { u.ctx.thread = false }()
	return u.Call(sysClone, flags, stack, parentTID, childTID, tls)
}

// Clone3 makes an LWP or a process that runs child, by clone3(2) with the structure at args.
func (u *User) Clone3(args, size uint64, thread bool, child Program) int64 {
	u.ctx.child, u.ctx.thread = child, thread
	defer func() { u.ctx.thread = false }()
	return u.Call(sysClone3, args, size)
}

// Exit ends the process; it does not return.
func (u *User) Exit(code int) { u.Call(sysExitGroup, uint64(code)) }

// Wait waits for a child: wait4(pid, &status, options, 0).
func (u *User) Wait(pid int64, options uint64) (id int64, status uint32) {
	id = u.Call(sysWait4, uint64(pid), Scratch+ScratchSize-8, options, 0)
	return id, uint32(u.Word(Scratch + ScratchSize - 8))
}

// Exec replaces the program.
func (u *User) Exec(path string, args ...string) syscall.Errno {
	at := uint64(Scratch + 0x1000)
	p := u.String(at, path)
	str := at + 0x400
	v := at + 0x200
	for i, a := range args {
		u.PutWord(v+8*uint64(i), u.String(str, a))
		str += uint64(len(a)) + 1
	}
	u.PutWord(v+8*uint64(len(args)), 0)
	return u.Errno(sysExecve, p, v, 0)
}

// Store writes to memory as the program's own instructions do.
func (u *User) Store(at uint64, b []byte) {
	for n := 0; ; {
		n += u.ctx.pt.CopyOut(mem.VirtAddr(at)+mem.VirtAddr(n), b[n:])
		if n == len(b) {
			return
		}
		u.pageFault(at+uint64(n), mem.Write)
	}
}

// Load reads n bytes of memory.
func (u *User) Load(at uint64, n int) []byte {
	b := make([]byte, n)
	for n := 0; ; {
		n += u.ctx.pt.CopyIn(b[n:], mem.VirtAddr(at)+mem.VirtAddr(n))
		if n == len(b) {
			return b
		}
		u.pageFault(at+uint64(n), mem.Read)
	}
}

func (u *User) pageFault(at uint64, access mem.Prot) {
	u.Fault(lwp.FaultInfo{Signal: syscall.SIGSEGV, Code: 1, Addr: at, Access: access, PageFault: true,
		Vector: 14, Text: "page not present"})
}

// String stores a string and its zero byte, and returns its address.
func (u *User) String(at uint64, s string) uint64 {
	u.Store(at, append([]byte(s), 0))
	return at
}

// CString loads a string.
func (u *User) CString(at uint64) string {
	var s []byte
	for {
		b := u.Load(at, 1)
		if b[0] == 0 {
			return string(s)
		}
		s = append(s, b...)
		at++
	}
}

// PutWord and Word store and load 8 bytes.
func (u *User) PutWord(at, v uint64) { u.Store(at, binary.LittleEndian.AppendUint64(nil, v)) }
func (u *User) Word(at uint64) uint64 {
	return binary.LittleEndian.Uint64(u.Load(at, 8))
}

// SP is the stack pointer.
func (u *User) SP() uint64 { return u.ctx.sp }

// FillData is what a program's data page holds at first.
var FillData = bytes.Repeat([]byte{0xdd}, dataSize)

package proctest

import (
	"encoding/binary"
	"iter"
	"sync/atomic"
	"syscall"

	"gossamer/kernel/mem"
	"gossamer/lwp"
	"gossamer/ulib/abi"
	abisa "gossamer/ulib/sa"
)

// Program is what runs in user mode.
type Program func(u *User)

// Context is an lwp.Context whose user mode is a Program.
type Context struct {
	k       *Kit
	levels  []*level // the program, and above it the signal handlers that run
	sp, pc  uint64
	fs, gs  uint64
	pt      mem.PageTable
	call    lwp.Call
	child   Program // what a copy is to run
	thread  bool    // and it is an LWP, which ends alone
	kick    atomic.Bool
	last    atomic.Uint64 // number of the last call
	handler struct {
		sp, addr uint64
		sig      int
		info     [128]byte
	}
}

// A level is a program or a handler, suspended where it wants something of the kernel.
type level struct {
	next    func() (lwp.Why, bool)
	stop    func()
	user    *User
	restart bool
	nr      uint64
	args    [6]uint64
	result  uint64
	fault   lwp.FaultInfo
	end     uint64 // call made when the function returns
}

// ended is what unwinds a program that its process does not survive.
type ended struct{}

func (c *Context) push(prog Program, end uint64) {
	if len(c.levels) > 0 {
		c.top().result = c.call.Number
	}
	lv := &level{end: end}
	lv.user = &User{Kit: c.k, ctx: c, lv: lv}
	lv.next, lv.stop = iter.Pull(func(yield func(lwp.Why) bool) {
		defer func() {
			if r := recover(); r != nil {
				if _, ok := r.(ended); !ok {
					panic(r)
				}
			}
		}()
		lv.user.yield = func(w lwp.Why) {
			if !yield(w) {
				panic(ended{})
			}
		}
		prog(lv.user)
	})
	c.levels = append(c.levels, lv)
}

func (c *Context) top() *level { return c.levels[len(c.levels)-1] }

// Enter implements lwp.Context.
func (c *Context) Enter(bracket bool) lwp.Why {
	if c.kick.Swap(false) {
		return lwp.Kick
	}
	lv := c.top()
	lv.result = c.call.Number
	if lv.restart {
		lv.restart = false
		c.call = lwp.Call{Number: lv.nr, Args: lv.args}
		c.last.Store(lv.nr)
		return lwp.Syscall
	}
	why, ok := lv.next()
	if !ok {
		lv.nr, lv.args = lv.end, [6]uint64{}
		why = lwp.Syscall
	}
	if why == lwp.Syscall {
		c.call = lwp.Call{Number: lv.nr, Args: lv.args}
		c.last.Store(lv.nr)
	}
	return why
}

func (c *Context) Call() *lwp.Call               { return &c.call }
func (c *Context) LastCall() uint64              { return c.last.Load() }
func (c *Context) SetPageTable(pt mem.PageTable) { c.pt = pt }
func (c *Context) RestartSyscall()               { c.top().restart = true }
func (c *Context) Fault() lwp.FaultInfo          { return c.top().fault }
func (c *Context) PC() uint64                    { return c.pc }
func (c *Context) SP() uint64                    { return c.sp }
func (c *Context) SetSP(sp uint64)               { c.sp = sp }
func (c *Context) FS() uint64                    { return c.fs }
func (c *Context) SetFS(v uint64)                { c.fs = v }
func (c *Context) GS() uint64                    { return c.gs }
func (c *Context) SetGS(v uint64)                { c.gs = v }
func (c *Context) Refuse()                       { c.kick.Store(true) }
func (c *Context) Heed()                         { c.kick.Store(false) }
func (c *Context) Attention()                    { c.kick.Store(true) }

func (c *Context) Registers() []lwp.Register {
	return []lwp.Register{{Name: "rip", Value: c.pc}, {Name: "rsp", Value: c.sp}}
}

// Start implements lwp.Context: pc chooses the program.
func (c *Context) Start(pc, sp uint64) {
	c.unwind()
	c.pc, c.sp, c.fs, c.gs = pc, sp, 0, 0
	c.push(c.k.program(pc), sysExitGroup)
}

// Load implements lwp.Context: RIP chooses the program, Program's argument being RDI.
func (c *Context) Load(r *abi.LWPContext) syscall.Errno {
	const userEnd = 1<<47 - mem.PageSize
	if r.RIP >= userEnd || r.RSP > userEnd || r.FSBase >= 1<<47 || r.RFLAGS&^0x240ed7 != 0 {
		return syscall.EINVAL
	}
	c.unwind()
	c.pc, c.sp, c.fs, c.gs = r.RIP, r.RSP, r.FSBase, 0
	c.push(c.k.program(r.RIP), abi.SysLWPExit)
	return 0
}

func (c *Context) unwind() {
	for len(c.levels) > 0 {
		c.top().stop()
		c.levels = c.levels[:len(c.levels)-1]
	}
}

// CopyFrom implements lwp.Context.
func (d *Context) CopyFrom(from lwp.Context) {
	c := from.(*Context)
	d.unwind()
	d.sp, d.pc, d.fs, d.gs, d.pt = c.sp, c.pc, c.fs, c.gs, nil
	d.child, d.thread = nil, false
	child := c.child
	if child == nil {
		child = func(*User) {}
	}
	end := uint64(sysExitGroup)
	if c.thread {
		end = sysExit
	}
	d.push(child, end)
}

// Release implements lwp.Context.
func (c *Context) Release() {
	c.unwind()
	c.k.contexts.Add(-1)
}

const frameSize = 256 // return address, mask, result, siginfo

// PushSignal implements lwp.Context, with a frame of its own.
func (c *Context) PushSignal(f *lwp.SignalFrame) (uint64, []byte, error) {
	sp := f.Stack
	if sp == 0 {
		sp = c.sp - 128
	}
	sp = (sp-frameSize)&^15 - 8
	b := make([]byte, frameSize)
	binary.LittleEndian.PutUint64(b, f.Restorer)
	binary.LittleEndian.PutUint64(b[8:], f.Mask)
	binary.LittleEndian.PutUint64(b[16:], c.sp)
	copy(b[24:], f.Info[:])
	c.handler.sp, c.handler.addr, c.handler.sig, c.handler.info = sp, f.Handler, f.Signal, f.Info
	return sp, b, nil
}

// CommitSignal implements lwp.Context.
func (c *Context) CommitSignal() {
	h, info := c.k.handler(c.handler.addr), c.handler.info
	sig := c.handler.sig
	c.sp = c.handler.sp
	c.push(func(u *User) { h(u, sig, info[:]) }, sysRtSigreturn)
}

// SigReturn implements lwp.Context.
func (c *Context) SigReturn(read func(va uint64, p []byte) error) (uint64, error) {
	var b [frameSize]byte
	if err := read(c.sp, b[:]); err != nil {
		return 0, err
	}
	if len(c.levels) < 2 {
		return 0, syscall.EINVAL
	}
	c.top().stop()
	c.levels = c.levels[:len(c.levels)-1]
	c.call.Number = c.top().result
	c.sp = binary.LittleEndian.Uint64(b[16:])
	return binary.LittleEndian.Uint64(b[8:]), nil
}

// SaveSlot implements lwp.Context as far as a Program has registers.
func (c *Context) SaveSlot(s *abisa.Slot) { s.IP, s.SP, s.FS, s.AX = c.pc, c.sp, c.fs, c.call.Number }

// Adopt implements lwp.Context.
func (c *Context) Adopt(from lwp.Context) {
	d := from.(*Context)
	c.unwind()
	c.levels, d.levels = d.levels, nil
	for _, lv := range c.levels {
		lv.user.ctx = c
	}
	c.sp, c.pc, c.fs, c.call.Number = d.sp, d.pc, d.fs, 0
}

// Upcall implements lwp.Context: the entry chooses the program.
func (c *Context) Upcall(vp int, why, slot uint32, entry, stack, fs uint64) {
	c.Start(entry, stack)
	c.fs = fs
}

package main

import (
	"sync/atomic"
	"syscall"

	"gossamer/ulib/abi"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// What LWPs are made of, and that others get none of it.

var (
	birth   [18]uint64 // what storeRegisters stores: AX BX CX DX SI DI BP SP, R8 …, flags, (TLS)
	birthFX [512]byte
	tls     [4]uint64
)

// Does an LWP begin with exactly the context it was given?
func lwpContext() {
	stack := anon(2 * sys.PageSize)
	for _, part := range [...]uint32{0, abi.ContextFPU} {
		tls[1] = 0x1234567
		c := abi.LWPContext{Flags: abi.ContextCPU | abi.ContextSigmask | part, Sigmask: 1<<9 | 1<<8,
			RAX: 1, RBX: 2, RCX: 3, RDX: 4, RSI: 5, RDI: 6, RBP: 7, RSP: uint64(stack + 2*sys.PageSize),
			R8: 9, R9: 10, R10: 11, R11: 12, R12: 13, R13: 14, R14: 15, R15: 16,
			RIP: uint64(storeRegisters()), RFLAGS: 0xcd7, FSBase: uint64(at(&tls[2])),
		}
		c.RFLAGS &^= 1 << 8
		for i := range c.FX {
			c.FX[i] = 0
		}
		c.FX[0], c.FX[1] = 0x7f, 0x02          // x87: double precision
		c.FX[24], c.FX[25] = 0x80, 0x1f|0x60   // SSE: round to zero
		c.FX[160+8], c.FX[160+15*16] = 42, 115 // XMM0, XMM15
		var id int32
		ok(sys.LWPCreate(&c, 0, &id), "_lwp_create")
		ok(sys.LWPWait(int(id), nil), "_lwp_wait")
		for i := range 16 {
			want := i + 1
			if i == 7 {
				want = int(stack + 2*sys.PageSize)
			}
			equal(int(birth[i]), want, "register")
		}
		equal(int(birth[16]), int(c.RFLAGS|1<<9|2), "RFLAGS")
		equal(int(birth[17]), 0x1234567, "word below FS base")
		if part != 0 {
			equal(int(birthFX[1]), 2, "x87 control word")
			equal(int(birthFX[25]), 0x7f, "MXCSR")
			equal(int(birthFX[160+8]), 42, "XMM0")
			equal(int(birthFX[160+15*16]), 115, "XMM15")
		} else {
			equal(int(birthFX[1]), 3, "x87 control word")
			equal(int(birthFX[25]), 0x1f, "MXCSR")
			equal(int(birthFX[160+8]), 0, "XMM0")
		}
	}
}

const switchRounds = 250_000

// lwpKeep yields, with FPU and FS contents of its own.
func lwpKeep(i uintptr) {
	base := 0x1000000000 * (i + 1)
	mxcsr := 0x1f80 | uint32(i)<<13
	control := uint16(0x37f) &^ (uint16(i&1) << 8)
	setMXCSR(mxcsr)
	setControl(control)
	tls := readTLS()
	for round := range uintptr(switchRounds) {
		_, kept := keepAcross(base+round, syscall.SYS_SCHED_YIELD, 1, 2, 3)
		if kept != 1 || getMXCSR() != mxcsr || getControl() != control || readTLS() != tls {
			atomic.AddUint32(&common[i], 1)
		}
	}
}

// Are registers, FPU and FS kept over a million forced switches?
func lwpSwitches() {
	info, _ := lwpInfo(sys.LWPSelf())
	for i := range 4 {
		launch(i, lwpKeep, abi.LWPSuspended)
		ok(sys.LWPBind(lwps[i].ID, 0), "_lwp_bind") // to one CPU, where they make way for each other
	}
	check(info.LID != 0, "_lwp_info")
	for i := range 4 {
		ok(sys.LWPContinue(lwps[i].ID), "_lwp_continue")
	}
	var switches uint64
	for i := range 4 {
		untilState(i, abi.StateZombie)
		info, _ := lwpInfo(lwps[i].ID)
		switches += info.Involuntary
		await(i)
		equal(int(common[i]), 0, "rounds in which something changed")
	}
	out.Out.Str("# ").Int(int(switches)).Str(" switches\n")
	check(switches >= 9*switchRounds*4/10, "they did switch")
}

var lastFault [3]uint64 // what a signal's frame says of it, all or'ed

func noteFault(_ int, _ *sys.SigInfo, uc *sys.UContext) {
	lastFault[0] |= uc.CR2
	lastFault[1] |= uc.Trap
	lastFault[2] |= uc.ErrorCode
}

func lwpFaults(uintptr) {
	p, e := sys.Mmap(0, sys.PageSize, sys.PROT_READ, sys.MAP_PRIVATE|sys.MAP_ANONYMOUS, -1, 0)
	ok(e, "mmap")
	load(p)
}

// Does an LWP that has had no fault see anything of those that others had before it?
func lwpNoFaultsOfOthers() {
	ok(sys.Catch(sys.SIGUSR1, noteFault, 0, 0), "sigaction")
	launch(0, lwpFaults, 0)
	await(0)
	launch(0, lwpNothing, abi.LWPSuspended)
	ok(sys.LWPKill(lwps[0].ID, sys.SIGUSR1), "kill")
	ok(sys.LWPContinue(lwps[0].ID), "continue")
	await(0)
	for _, v := range lastFault {
		equal(int(v), 0, "fault of another LWP")
	}
}

package goos

import "gossamer/arch/amd64"

// onTrap serves an exception in kernel Go, or an interrupt. Bare.
func onTrap(c *amd64.CPU, vector, code, user uint64) {
	t := current(c)
	c.IRQs++
	if log := interruptLog; log != 0 {
		traceInterrupt(c, log, vector, user)
	}
	switch {
	case vector < 32:
		exception(c, t, vector, code)
		return
	case vector == amd64.VecFlush:
		amd64.EOI()
		c.PollFlush()
		return // cannot have changed anything else
	case vector == amd64.VecSpurious:
		return
	}
	amd64.EOI()
	sched.lock(c)
	patient := user != 0
	switch vector {
	case amd64.VecTimer:
		if !tick(c) {
			if user != 0 {
				t.AX = amd64.VecWake // enter's result: this was no end of a slice
			}
			break
		}
		if user == 0 {
			c.EndSlice()
		}
		if readyHead != 0 {
			patient = true
			promote()
			c.Resched = 1
		}
	case amd64.VecKick:
		c.Kicks++
	case amd64.VecWake:
		c.Wakes++
	default:
		raiseIRQ(c, vector)
	}
	if kicked(c) {
		yield(c, patient)
	} else if t.idle != 0 {
		c.Idle = 1 // somebody was faster to take what this CPU was woken for
	}
	deliver(c)
	sched.unlock()
}

// exception serves an exception in kernel Go: a first touch of the runtime's memory, a
// fault in a copy from or to user memory, or a bug, which the runtime gets as a signal.
func exception(c *amd64.CPU, t *thread, vector, code uint64) {
	if vector == amd64.VecPageFault {
		va := amd64.Cr2()
		if code&1 == 0 && populate(c, uintptr(va)) { // bit 0: the page is there, but not for this
			return
		}
		if ip := amd64.CopyFixup(t.IP, va); ip != 0 {
			t.IP = ip
			return
		}
	}
	sched.lock(c)
	switch vector {
	case amd64.VecDivide:
		signalFault(c, t, sigFPE, fpeIntDiv, t.IP)
	case amd64.VecPageFault:
		signalFault(c, t, sigSEGV, 1, amd64.Cr2())
	case amd64.VecProtection:
		signalFault(c, t, sigSEGV, 0x80, 0)
	default:
		sched.unlock()
		fatal(c, "unexpected exception in the kernel", vector, t.IP, t.SP)
	}
	sched.unlock()
}

// onAP finishes an application processor: its tables, its APIC, its idle thread. Bare.
func onAP(c *amd64.CPU) {
	c.Install()
	amd64.InitPAT()
	amd64.InitLAPIC(false, amd64.VecTimer, amd64.VecSpurious)
	c.APICID = amd64.LAPICID()
	sched.lock(c)
	c.SetCur(c.IdleThr)
	c.SetOnline()
	c.Idle = 1
	sched.unlock()
}

// onSyscall serves a call of the runtime. Bare.
func onSyscall(c *amd64.CPU) {
	t := current(c)
	if unlocked(c, t) {
		return
	}
	sched.lock(c)
	call(c, t)
	if c.Resched != 0 && c.Cur() == t.addr() {
		yield(c, false)
	}
	deliver(c)
	sched.unlock()
}

var (
	fnBoot    = onBoot
	fnAP      = onAP
	fnSyscall = onSyscall
	fnTrap    = onTrap
	fnFatal   = onFatal
)

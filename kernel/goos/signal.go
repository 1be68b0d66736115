package goos

import (
	"unsafe"

	"gossamer/arch/amd64"
)

// Signals to the runtime: SIGURG, by which it preempts a goroutine, and faults in kernel
// Go, which become Go panics. They arrive in a frame as Linux builds it, on the thread's
// signal stack: [restorer][ucontext][siginfo], registers at ucontext+40.
const (
	sigBUS  = 7
	sigFPE  = 8
	sigSEGV = 11
	sigURG  = 23

	fpeIntDiv = 1
	siTkill   = -6

	infoSize = 128
	ucSize   = 968 // ucontext with the kernel's 8-byte mask
	ucRegs   = 40
)

// handlers and restorers of each signal, as rt_sigaction set them. Guarded by sched.
var handlers, restorers [65]uint64

func sigaction(t *thread) uint64 {
	if t.DI == 0 || t.DI > 64 {
		return errno(einval)
	}
	if old := t.DX; old != 0 {
		for i := range uint64(4) {
			*word(old + 8*i) = 0
		}
	}
	if t.SI != 0 {
		handlers[t.DI], restorers[t.DI] = *word(t.SI), *word(t.SI + 16)
	}
	return 0
}

func sigaltstack(t *thread) uint64 {
	const ssDisable = 2
	if old := t.SI; old != 0 {
		*word(old), *word(old + 8), *word(old + 16) = 0, ssDisable, 0
	}
	if t.DI != 0 {
		t.altSP, t.altSize = *word(t.DI), *word(t.DI + 16)
	}
	return 0
}

// tgkill serves the runtime's preemption request. A thread that is ready but off its CPU
// may hold a P that stop-the-world waits for, so it goes to the head of the queue.
func tgkill(c *amd64.CPU, id, sig uint64) uint64 {
	w := byID(id)
	if w == nil {
		return errno(3) // ESRCH
	}
	if sig != sigURG {
		return 0
	}
	w.Pend = 1
	switch w.state {
	case ready:
		removeReady(w)
		insertReady(w, 0)
		place(c, w)
	case running:
		if w.cpu != c.ID {
			amd64.SendIPI(amd64.At(w.cpu).APICID, amd64.VecKick)
		}
	}
	return 0
}

// deliver gives the thread that c goes on with the preemption signal that waits for it.
func deliver(c *amd64.CPU) {
	if t := current(c); t.Pend != 0 {
		deliverTo(c, t)
	}
}

func deliverTo(c *amd64.CPU, t *thread) {
	if t.Pend != 0 && t.inSignal == 0 && t.altSP != 0 && handlers[sigURG] != 0 {
		t.Pend = 0
		pushFrame(c, t, sigURG, siTkill, 0)
	}
}

// signalFault gives t the signal of a fault in kernel Go. A fault in the runtime's own
// depths (no handler yet, or on a signal stack) is the end.
func signalFault(c *amd64.CPU, t *thread, sig uint64, code int32, addr uint64) {
	onAlt := t.SP-t.altSP <= t.altSize
	if handlers[sig] == 0 || t.altSP == 0 || t.inSignal != 0 || onAlt {
		sched.unlock()
		fatal(c, "fault in the runtime", sig, t.IP, addr)
	}
	pushFrame(c, t, sig, code, addr)
}

// pushFrame makes t go on in its handler of sig.
func pushFrame(c *amd64.CPU, t *thread, sig uint64, code int32, addr uint64) {
	info := (t.altSP + t.altSize - infoSize) &^ 15
	uc := (info - ucSize) &^ 15
	sp := uc - 8
	populateRange(c, uintptr(sp), uintptr(t.altSP+t.altSize)-uintptr(sp))
	for p := sp; p < info+infoSize; p += 8 {
		*word(p) = 0
	}
	*(*int32)(unsafe.Pointer(uintptr(info))) = int32(sig)
	*(*int32)(unsafe.Pointer(uintptr(info + 8))) = code
	*word(info + 16) = addr
	m := (*[23]uint64)(unsafe.Pointer(uintptr(uc + ucRegs)))
	m[0], m[1], m[2], m[3] = t.R8, t.R9, t.R10, t.R11
	m[4], m[5], m[6], m[7] = t.R12, t.R13, t.R14, t.R15
	m[8], m[9], m[10], m[11] = t.DI, t.SI, t.BP, t.BX
	m[12], m[13], m[14], m[15] = t.DX, t.AX, t.CX, t.SP
	m[16], m[17], m[18], m[22] = t.IP, t.Flags, 8, addr
	*word(sp) = restorers[sig]
	t.inSignal = 1
	t.savedFXLive = t.FXLive
	if t.FXLive != 0 {
		t.sigFX = *(*[512]byte)(unsafe.Pointer(t.FX))
	}
	t.FXLive = 0
	t.SP, t.IP, t.Flags = sp, handlers[sig], 0x202
	t.DI, t.SI, t.DX = sig, info, uc
}

// sigreturn undoes pushFrame, with the changes that the handler made: the runtime sends
// a goroutine to sigpanic or asyncPreempt in this way.
func sigreturn(t *thread) {
	m := (*[23]uint64)(unsafe.Pointer(uintptr(t.SP + ucRegs)))
	t.R8, t.R9, t.R10, t.R11 = m[0], m[1], m[2], m[3]
	t.R12, t.R13, t.R14, t.R15 = m[4], m[5], m[6], m[7]
	t.DI, t.SI, t.BP, t.BX = m[8], m[9], m[10], m[11]
	t.DX, t.AX, t.CX, t.SP = m[12], m[13], m[14], m[15]
	t.IP, t.Flags = m[16], m[17]
	if t.FXLive = t.savedFXLive; t.FXLive != 0 {
		*(*[512]byte)(unsafe.Pointer(t.FX)) = t.sigFX
	}
	t.inSignal = 0
}

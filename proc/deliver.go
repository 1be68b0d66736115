package proc

import (
	"syscall"
	"unsafe"

	"gossamer/lwp"
)

// Taking signals: what an LWP does before it enters user mode when its attention word says
// that there may be something. Sending is in send.go.

// attend deals with everything that wants the LWP's attention. It returns false if the LWP
// is to end, or to become an activation.
func (l *LWP) attend() bool {
	for {
		info, act, old, what := l.nextSignal()
		switch what {
		case takeEnd:
			return false
		case takeNothing:
			l.resume()
			return !l.enabling
		case takeStop:
			l.stop(info.Signal, int(info.Code))
		case takeHandler:
			timed := l.sleepUntil != 0
			l.sleepUntil, l.unparked = 0, false
			if l.interrupted {
				l.interrupted = false
				l.cancelled.Store(false)
				if l.again || act.Flags&SaRestart != 0 && !timed && l.restart() {
					l.Ctx.RestartSyscall()
				}
			}
			if l.pushFrame(&info, &act, old) != nil {
				l.p.sys.Log(l.badStackReport(info.Signal))
				l.p.Exit(Killed(syscall.SIGSEGV))
				return false
			}
		}
	}
}

// resume has the call that was interrupted made again, for nobody has noticed; unless it was to
// end (Wakeup), which is told the next one if there was none.
func (l *LWP) resume() {
	cancelled := l.cancelled.Load()
	switch {
	case !l.interrupted && cancelled:
		l.Thread.Interrupt()
	case !l.interrupted:
	case cancelled:
		l.interrupted, l.sleepUntil, l.unparked = false, 0, false
		l.cancelled.Store(false)
	default:
		l.interrupted = false
		l.Ctx.RestartSyscall()
	}
}

// restart says whether the call just made is one that SA_RESTART restarts.
func (l *LWP) restart() bool {
	nr := l.Ctx.LastCall()
	return nr < NCalls && l.p.sys.Restarts[nr] == RestartIfAsked
}

type taking uint8

const (
	takeNothing taking = iota // no signal is left
	takeEnd                   // the LWP is to end
	takeStop                  // the signal stops the process
	takeHandler               // the program has a handler
)

// nextSignal takes the next signal that is not blocked and whose action is not to ignore it,
// and says what to do. For a handler, the mask is already that for the handler and old is
// the mask to be restored after it. For a stop, info.Code is the count of SIGCONTs so far.
func (l *LWP) nextSignal() (info Siginfo, act Sigaction, old Sigset, what taking) {
	p := l.p
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		l.Take()
		if p.stopped != 0 || l.hold != free {
			l.linger()
		}
		if l.Attention()&lwp.Exit != 0 {
			return info, act, old, takeEnd
		}
		var ok bool
		if info, ok = l.pending.take(l.takes()); !ok {
			info, ok = p.pending.take(l.takes())
		}
		if !ok {
			if l.suspended {
				l.suspended, l.mask = false, l.oldMask
				continue // signals may have come that only oldMask lets in
			}
			return info, act, old, takeNothing
		}
		sig := info.Signal
		act = p.actions[sig]
		switch {
		case act.ignores(sig):
		case p.ID == 1 && act.Handler == SigDfl: // nothing but a handler of its own touches process 1
		case act.Handler == SigDfl && stopSignals.Has(sig):
			info.Code = int32(p.conts)
			return info, act, old, takeStop
		case act.Handler == SigDfl:
			p.die(Killed(syscall.Signal(sig)))
		default:
			old = l.mask
			if l.suspended {
				l.suspended, old = false, l.oldMask
			}
			l.mask |= act.Mask
			if act.Flags&SaNoDefer == 0 {
				l.mask |= bit(sig)
			}
			l.mask &^= unblockable
			if p.pending.set&l.mask&^old != 0 {
				p.passOn()
			}
			if act.Flags&SaResetHand != 0 {
				p.actions[sig].Handler = SigDfl
			}
			return info, act, old, takeHandler
		}
	}
}

// stop stops the process, unless SIGCONT or the end has come since the signal was taken, or
// the signal is the terminal's and nobody could continue the process. The LWPs wait in
// linger.
func (l *LWP) stop(sig, conts int) {
	p, s := l.p, l.p.sys
	s.mu.Lock()
	defer s.mu.Unlock()
	if sig != sigSTOP && p.orphaned() || !p.setStopped(sig, conts) {
		return
	}
	p.notifyParent(stoppedBy(sig))
}

func (p *Process) setStopped(sig, conts int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dying || p.conts != conts || p.stopped != 0 {
		return false
	}
	p.stopped = sig
	if a := p.act.Load(); a != nil {
		a.core.Pause(true)
	}
	for _, l := range p.lwps {
		l.Notify(lwp.Signal)
	}
	return true
}

// pushFrame puts the frame of a handler on the program's stack and makes the context enter
// the handler.
func (l *LWP) pushFrame(info *Siginfo, act *Sigaction, old Sigset) error {
	f := lwp.SignalFrame{
		Signal:   info.Signal,
		Handler:  act.Handler,
		Restorer: act.Restorer,
		Mask:     uint64(old),
		Info:     info.Bytes(),
		AltStack: l.AltStack(),
	}
	if act.Flags&SaOnStack != 0 && f.AltStack.Flags == 0 && f.AltStack.Size != 0 {
		f.Stack = f.AltStack.Base + f.AltStack.Size
	}
	sp, frame, err := l.Ctx.PushSignal(&f)
	if err != nil {
		return err
	}
	if f.Stack != 0 && sp < f.AltStack.Base {
		return syscall.EFAULT
	}
	if err := l.Space().CopyOut(VirtAddr(sp), frame); err != nil {
		return err
	}
	l.Ctx.CommitSignal()
	return nil
}

// SigReturn leaves a handler: rt_sigreturn(2). A frame that cannot be read or makes no sense
// ends the process with SIGSEGV. The result is the register that the frame restores.
func (l *LWP) SigReturn() uint64 {
	mask, err := l.Ctx.SigReturn(func(va uint64, b []byte) error {
		return l.Space().CopyIn(b, VirtAddr(va))
	})
	if err != nil {
		l.p.sys.Log(l.prefix() + "SIGSEGV: bad frame in rt_sigreturn")
		l.p.Exit(Killed(syscall.SIGSEGV))
		return 0
	}
	l.SetMask(Sigset(mask))
	return l.Ctx.Call().Number
}

const (
	ssOnStack = 1 // SS_ONSTACK
	ssDisable = 2 // SS_DISABLE

	minSigStack = 2048 // MINSIGSTKSZ
)

// AltStack returns the alternate signal stack, Flags saying whether the program is on it.
func (l *LWP) AltStack() lwp.AltStack {
	a := l.altStack
	switch sp := l.Ctx.SP(); {
	case a.Size == 0:
		a.Flags = ssDisable
	case sp > a.Base && sp-a.Base <= a.Size:
		a.Flags = ssOnStack
	}
	return a
}

// SetAltStack changes the alternate signal stack, sigaltstack(2): EPERM while the program is
// on it, EINVAL for unknown flags, ENOMEM if it is too small.
func (l *LWP) SetAltStack(a lwp.AltStack) syscall.Errno {
	if l.AltStack().Flags == ssOnStack {
		return syscall.EPERM
	}
	switch {
	case a.Flags == ssDisable:
		l.altStack = lwp.AltStack{}
	case a.Flags != 0 && a.Flags != ssOnStack:
		return syscall.EINVAL
	case a.Size < minSigStack || a.Base+a.Size < a.Base:
		return syscall.ENOMEM
	default:
		l.altStack = lwp.AltStack{Base: a.Base, Size: a.Size}
	}
	return 0
}

// sizes that programs rely on
var _ = [1]byte{}[unsafe.Sizeof(lwp.AltStack{})-24]
var _ = [1]byte{}[unsafe.Sizeof(Sigaction{})-32]

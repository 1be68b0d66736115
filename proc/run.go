package proc

import (
	"fmt"
	"runtime/debug"
	"syscall"

	"gossamer/kernel/mem"
	"gossamer/kernel/sched"
	"gossamer/kernel/trace"
	"gossamer/lwp"
)

// VirtAddr is a user address.
type VirtAddr = mem.VirtAddr

// run is the body of an LWP's kernel thread: the LWP's whole life.
func (l *LWP) run(t *sched.Thread) {
	if l.control != nil {
		t.SetControl(l.control)
	}
	l.traceName()
	for {
		if l.act != nil {
			l.enabling = false
			if l.actLoop(t) {
				break
			}
		} else if l.loop(t) && !l.enabling {
			break
		}
	}
	l.finish()
}

// loop runs the LWP in user mode and serves what it comes back for. It returns true when the
// LWP is to end, or to become an activation. A panic in a system call or a fault is a bug of the kernel's, but the
// process that met it is the one to pay: it is logged, the process told to end, and loop
// returns false to be called again, which then finds that out.
func (l *LWP) loop(t *sched.Thread) bool {
	defer l.recoverPanic()
	ctx, calls, call := l.Ctx, &l.p.sys.Calls, l.Ctx.Call()
	bracket := false // the last return was not the program's own doing
	for {
		switch ctx.Enter(bracket) {
		case lwp.Syscall:
			// The hot path: whatever wants attention meanwhile makes Enter return Kick.
			v, errno := calls[min(call.Number, noNumber)](l, &call.Args)
			if errno != 0 {
				if errno == ErrEnd {
					return true
				}
				v = l.failed(errno)
			}
			call.Number = v
			bracket = false
			continue
		case lwp.Fault:
			bracket = false
			l.fault()
			continue
		case lwp.Tick:
			bracket = true
			t.Tick()
		case lwp.Kick:
			bracket = true
		}
		if l.Attention() != 0 && !l.attend() {
			return true
		}
		if t.ShouldYield() {
			t.Preempt()
		}
	}
}

// noNumber is a number that no call has.
const noNumber = NCalls - 1

// errRestart is returned by a call that has done nothing yet and wants to be made again
// after the signals have been taken, whatever their handlers' flags. Programs never see it.
const errRestart = syscall.Errno(513)

// ErrEnd is returned by a call that has ended the LWP: it does not return.
const ErrEnd = syscall.Errno(514)

// failed turns an error number into a call's result. EINTR has the call looked at by attend.
func (l *LWP) failed(errno syscall.Errno) uint64 {
	if errno == errRestart {
		l.again, errno = true, syscall.EINTR
	} else {
		l.again = false
	}
	if errno == syscall.EINTR {
		l.interrupted = true
		l.Remind(lwp.Signal)
	}
	return uint64(-int64(errno))
}

// noCall serves the numbers that no call has.
func noCall(*LWP, *[6]uint64) (uint64, syscall.Errno) { return 0, syscall.ENOSYS }

// recoverPanic ends the process whose call panicked.
func (l *LWP) recoverPanic() {
	r := recover()
	if r == nil {
		return
	}
	nr := l.Ctx.LastCall()
	l.p.sys.Log(fmt.Sprintf("%sSIGSYS: panic in the kernel, in or after %s: %v\n%s",
		l.prefix(), l.p.sys.CallName(nr), r, debug.Stack()))
	l.p.Exit(Killed(syscall.SIGSYS))
}

// fault serves an exception in user mode.
func (l *LWP) fault() {
	l.faults.Store(l.faults.Load() + 1)
	f := l.Ctx.Fault()
	if tr := trace.Active(); tr != nil {
		tr.Emit(trace.Fault, uint32(l.Thread.ID()), f.Addr, uint64(f.Vector))
	}
	if f.PageFault {
		switch err := l.space.Fault(VirtAddr(f.Addr), f.Access); err {
		case nil:
			return
		case syscall.ENOMEM:
			l.outOfMemory(f.Addr)
			return
		case syscall.EACCES:
			f.Code, f.Text = segvAccErr, "not permitted"
		case mem.ErrBus:
			f.Signal, f.Code, f.Text = syscall.SIGBUS, busAdrErr, "beyond the end of the file"
		}
	}
	l.faultSignal(f)
}

// faultSignal sends the program the signal that a fault means, or ends it with a report.
func (l *LWP) faultSignal(f lwp.FaultInfo) {
	if !l.force(&Siginfo{Signal: int(f.Signal), Code: f.Code, Addr: f.Addr}) {
		l.p.sys.Log(l.faultReport(&f))
		l.p.Exit(Killed(f.Signal))
	}
}

const (
	segvAccErr = 2 // SEGV_ACCERR
	busAdrErr  = 2 // BUS_ADRERR
)

// outOfMemory is the policy when a page fault finds no free frame: if the kernel's heap can do
// with less, the fault is tried again; or else the process that needs the frame is killed. Process 1 is spared as long as there is another: the largest one is
// killed in its place, and the fault tried again once that has had time to end.
func (l *LWP) outOfMemory(addr uint64) {
	if l.p.sys.Reclaim() {
		return
	}
	victim := l.p
	if l.p.ID == 1 {
		big, ending := l.p.sys.largest()
		if ending && l.patience < maxPatience {
			l.patience++
			l.Thread.Sleep(memoryWait)
			return
		}
		if l.patience = 0; big != nil {
			victim = big
		}
	}
	l.p.sys.Log(fmt.Sprintf("pid %d (%s): killed: out of memory (pid %d at %#x)", victim.ID, victim.Name(), l.p.ID, addr))
	victim.Exit(Killed(syscall.SIGKILL))
}

// Process 1 waits at most maxPatience times memoryWait ns for a killed process to end before
// it has another one killed.
const (
	memoryWait  = 5e6
	maxPatience = 200
)

// largest returns the process other than 1 that has most pages, nil if there is none, and
// whether one is ending already.
func (s *System) largest() (big *Process, ending bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	most := -1
	for _, p := range s.procs {
		if p.ID == 1 || p.state != Alive {
			continue
		}
		if p.isDying() {
			ending = true
		} else if n := p.rss(); n > most {
			big, most = p, n
		}
	}
	return big, ending
}

func (p *Process) isDying() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dying
}

// rss returns the number of page frames in p's address space, 0 if it has none any more.
func (p *Process) rss() int {
	s := p.holdSpace()
	if s == nil {
		return 0
	}
	defer s.drop()
	return int(s.RSS())
}

// holdSpace shares the process's address space so that another process can look at it; nil
// if there is none any more. The caller drops it.
func (p *Process) holdSpace() *space {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.space == nil {
		return nil
	}
	return p.space.share()
}

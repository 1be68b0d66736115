package proc

import (
	"encoding/binary"
	"math/bits"
	"syscall"
)

// NSIG is the number of the highest signal; 32..64 are the real-time signals.
const NSIG = 64

const sigRTMin = 32

// A Sigset is a set of signals, signal n being bit n-1: Linux's kernel sigset_t.
type Sigset uint64

// SigsetSize is the only size of a sigset_t that the rt_sig* calls accept.
const SigsetSize = 8

func bit(sig int) Sigset { return 1 << (sig - 1) }

// Has reports whether sig is in the set.
func (s Sigset) Has(sig int) bool { return s&bit(sig) != 0 }

// lowest returns the lowest signal of the set, 0 if it is empty.
func (s Sigset) lowest() int {
	if s == 0 {
		return 0
	}
	return bits.TrailingZeros64(uint64(s)) + 1
}

const (
	sigKILL = int(syscall.SIGKILL)
	sigSTOP = int(syscall.SIGSTOP)
	sigCONT = int(syscall.SIGCONT)
	sigCHLD = int(syscall.SIGCHLD)
)

// The default actions, signal(7).
const (
	unblockable Sigset = 1<<(sigKILL-1) | 1<<(sigSTOP-1)
	stopSignals Sigset = 1<<(sigSTOP-1) | 1<<(syscall.SIGTSTP-1) | 1<<(syscall.SIGTTIN-1) | 1<<(syscall.SIGTTOU-1)
	ignoredByDf Sigset = 1<<(sigCHLD-1) | 1<<(syscall.SIGURG-1) | 1<<(syscall.SIGWINCH-1) | 1<<(sigCONT-1)
	faultsFirst Sigset = 1<<(syscall.SIGSEGV-1) | 1<<(syscall.SIGBUS-1) | 1<<(syscall.SIGILL-1) |
		1<<(syscall.SIGTRAP-1) | 1<<(syscall.SIGFPE-1) | 1<<(syscall.SIGSYS-1)
)

// Flags and handlers of rt_sigaction(2), as x86-64 Linux has them.
const (
	SigDfl = 0
	SigIgn = 1

	SaNoCldStop = 0x1
	SaNoCldWait = 0x2
	SaSigInfo   = 0x4
	SaRestorer  = 0x04000000
	SaOnStack   = 0x08000000
	SaRestart   = 0x10000000
	SaNoDefer   = 0x40000000
	SaResetHand = 0x80000000

	saKnown = SaNoCldStop | SaNoCldWait | SaSigInfo | SaRestorer | SaOnStack | SaRestart | SaNoDefer | SaResetHand
)

// A Sigaction says what a signal does to the process. Its layout is the kernel's struct
// sigaction of x86-64 Linux.
type Sigaction struct {
	Handler  uint64
	Flags    uint64
	Restorer uint64
	Mask     Sigset
}

// ignores reports whether the action for sig is to do nothing.
func (a *Sigaction) ignores(sig int) bool {
	return a.Handler == SigIgn || a.Handler == SigDfl && ignoredByDf.Has(sig)
}

// Values of si_code.
const (
	SiUser    = 0
	SiQueue   = -1 // by sigqueue(3)
	SiTimer   = -2 // by a timer
	SiTkill   = -6 // by tkill(2)
	SiKernel  = 0x80
	cldExited = 1
	cldKilled = 2
	cldStop   = 5
	cldCont   = 6
)

// A Siginfo says who sent a signal and why. Which fields count depends on the signal and
// Code, sigaction(2).
type Siginfo struct {
	Signal int
	Code   int32
	PID    PID    // kill, SIGCHLD, SiTimer: the sender, the child, the timer
	UID    uint32 // the sender's, as it says
	Status int32  // SIGCHLD: exit code or signal
	Addr   uint64 // faults
	Value  uint64 // Code < 0: what came with it

	Timer   *Timer // what has sent it, until it is taken
	Overrun int32  // expirations of the timer beside the one that it is about
}

// Bytes lays the information out as the siginfo_t of x86-64 Linux.
func (i *Siginfo) Bytes() (b [128]byte) {
	le := binary.LittleEndian
	le.PutUint32(b[0:], uint32(i.Signal))
	le.PutUint32(b[8:], uint32(i.Code))
	switch {
	case faultsFirst.Has(i.Signal) && i.Code > 0:
		le.PutUint64(b[16:], i.Addr)
	case i.Code == SiTimer:
		le.PutUint32(b[16:], uint32(i.PID))
		le.PutUint32(b[20:], uint32(i.Overrun))
		le.PutUint64(b[24:], i.Value)
	case i.Code < 0:
		le.PutUint32(b[16:], uint32(i.PID))
		le.PutUint32(b[20:], i.UID)
		le.PutUint64(b[24:], i.Value)
	default: // the uid at 20 is 0: there is one user
		le.PutUint32(b[16:], uint32(i.PID))
		le.PutUint32(b[24:], uint32(i.Status))
	}
	return b
}

// maxQueued bounds the real-time signals pending for one process; more are dropped, as
// RLIMIT_SIGPENDING has it for kill(2).
const maxQueued = 256

// pending is a set of signals sent and not yet taken. A standard signal is pending at most
// once, with the information of its first sender; real-time signals queue in order.
type pending struct {
	set   Sigset
	queue []Siginfo
}

// add makes a signal pending, unless it is already or there are too many. A timer's has a place
// always: it has one at a time.
func (p *pending) add(info *Siginfo) {
	if info.Timer == nil && p.set.Has(info.Signal) && (info.Signal < sigRTMin || len(p.queue) >= maxQueued) {
		return
	}
	p.set |= bit(info.Signal)
	p.queue = append(p.queue, *info)
}

// take removes the next signal that is in want, and returns it: first those that a fault of
// the program's own causes, then the lowest number.
func (p *pending) take(want Sigset) (info Siginfo, ok bool) {
	sig := (p.set & want & faultsFirst).lowest()
	if sig == 0 {
		if sig = (p.set & want).lowest(); sig == 0 {
			return info, false
		}
	}
	more := false
	at := -1
	for i := range p.queue {
		if p.queue[i].Signal == sig {
			if at >= 0 {
				more = true
				break
			}
			at = i
		}
	}
	info = p.queue[at]
	p.queue = append(p.queue[:at], p.queue[at+1:]...)
	if !more {
		p.set &^= bit(sig)
	}
	if info.Timer != nil {
		info.Timer.taken(&info)
	}
	return info, true
}

// drop forgets all pending signals of a set.
func (p *pending) drop(set Sigset) {
	if p.set&set == 0 {
		return
	}
	p.set &^= set
	keep := p.queue[:0]
	for _, info := range p.queue {
		if !set.Has(info.Signal) {
			keep = append(keep, info)
		} else if info.Timer != nil {
			info.Timer.dropped()
		}
	}
	p.queue = keep
}

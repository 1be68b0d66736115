package ksyscall

import (
	"encoding/binary"
	"syscall"
	"unsafe"

	"gossamer/kernel/mem"
	"gossamer/kernel/sched"
	"gossamer/lwp"
	"gossamer/proc"
	"gossamer/ulib/abi"
)

// Gossamer's own calls for LWPs, NetBSD's _lwp_create(2) and its kin; package abi has the
// numbers and structures.

func lwpCreate(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	b := l.Buffer()[:abi.LWPContextSize]
	c := (*abi.LWPContext)(unsafe.Pointer(&b[0]))
	if err := l.Space().CopyIn(b[:abi.LWPContextHeadSize], mem.VirtAddr(a[0])); err != nil {
		return result(err)
	}
	if c.Flags&abi.ContextFPU != 0 {
		if err := l.Space().CopyIn(b[abi.LWPContextHeadSize:], mem.VirtAddr(a[0])+abi.LWPContextHeadSize); err != nil {
			return result(err)
		}
	}
	return 0, l.CreateLWP(c, a[1], func(id lwp.ID) syscall.Errno { return putID(l, a[2], id) })
}

func lwpExit(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) {
	return 0, l.ExitLWP(0)
}

func lwpWait(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	// Whoever could not be told would have lost the number for good.
	if a[1] != 0 && !writable(l, a[1], 4) {
		return 0, syscall.EFAULT
	}
	id, errno := l.WaitLWP(lwp.ID(a[0]))
	if errno == 0 && a[1] != 0 {
		errno = putID(l, a[1], id)
	}
	return 0, errno
}

// putID stores an LWP's number, by way of memory that is there already.
func putID(l *proc.LWP, at uint64, id lwp.ID) syscall.Errno {
	b := l.Buffer()[:4]
	binary.LittleEndian.PutUint32(b, uint32(id))
	return proc.Errno(l.Space().CopyOut(mem.VirtAddr(at), b))
}

// writable reports whether the program may write at [at, at+n), n being less than a page.
func writable(l *proc.LWP, at, n uint64) bool {
	as := l.Space()
	return at+n > at && as.Allows(mem.VirtAddr(at), mem.Write) && as.Allows(mem.VirtAddr(at+n-1), mem.Write)
}

func lwpDetach(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return 0, l.Process().DetachLWP(lwp.ID(a[0]))
}

func lwpSuspend(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return 0, l.SuspendLWP(lwp.ID(a[0]))
}

func lwpContinue(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return 0, l.Process().ContinueLWP(lwp.ID(a[0]))
}

// lwpPark waits at most for the time that the timespec says, from CLOCK_MONOTONIC or
// CLOCK_REALTIME, and stores there what is left of a relative one. EINVAL: no such clock, flag or
// time, and the other LWP has not been unparked.
func lwpPark(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	clock, flags, at, unpark := int32(a[0]), uint32(a[1]), a[2], lwp.ID(a[3])
	if flags&^uint32(abi.ParkAbstime) != 0 {
		return 0, syscall.EINVAL
	}
	if at == 0 {
		return 0, l.Park(0, unpark)
	}
	if clock != clockMonotonic && clock != clockRealtime {
		return 0, syscall.EINVAL
	}
	d, errno := durationAt(l, at)
	if errno != 0 {
		return 0, errno
	}
	s := l.Process().System()
	absolute := flags&abi.ParkAbstime != 0
	if absolute {
		from, _ := now(l, uint64(clock))
		d -= from
	}
	deadline := max(1, later(s.Now(), d))
	errno = l.Park(deadline, unpark)
	if !absolute {
		if errno == syscall.EINTR {
			deadline = l.SleepDeadline() // of a call made again, the first one's
		}
		left := timespec(max(0, deadline-s.Now()))
		put(l, at, &left)
	}
	return 0, errno
}

func lwpUnpark(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return 0, l.Process().Unpark(lwp.ID(a[0]))
}

// lwpUnparkAll unparks several LWPs, and passes over those that there are not. Without a list it
// returns how many it takes at most. EINVAL: none, or too many.
func lwpUnparkAll(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	at, n := a[0], a[1]
	if at == 0 {
		return abi.MaxUnpark, 0
	}
	if n == 0 || n > abi.MaxUnpark {
		return 0, syscall.EINVAL
	}
	b := l.Buffer()
	if 4*n > uint64(len(b)) {
		b = make([]byte, 4*n)
	}
	b = b[:4*n]
	if err := l.Space().CopyIn(b, mem.VirtAddr(at)); err != nil {
		return result(err)
	}
	for ; len(b) > 0; b = b[4:] {
		l.Process().Unpark(lwp.ID(binary.LittleEndian.Uint32(b)))
	}
	return 0, 0
}

func lwpWakeup(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return 0, l.Process().Wakeup(lwp.ID(a[0]))
}

// lwpKill is _lwp_kill(2): EINVAL, no such signal; ESRCH, no such LWP in the process.
func lwpKill(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	id, sig := lwp.ID(a[0]), int(int32(a[1]))
	if sig < 0 || sig > proc.NSIG {
		return 0, syscall.EINVAL
	}
	if id <= 0 {
		return 0, syscall.ESRCH
	}
	return 0, l.KillLWP(l.Process().ID, id, sig)
}

// lwpSetPrivate sets FS base. EINVAL: not a user address.
func lwpSetPrivate(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if a[0] >= userEnd {
		return 0, syscall.EINVAL
	}
	l.Ctx.SetFS(a[0])
	return 0, 0
}

func lwpGetPrivate(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) { return l.Ctx.FS(), 0 }

// lwpSetName names an LWP; a longer name than it can have is cut off. ESRCH, EFAULT.
func lwpSetName(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	name, err := l.Space().CopyInString(mem.VirtAddr(a[1]), abi.NameSize)
	if err == syscall.ENAMETOOLONG {
		b := make([]byte, abi.NameSize-1)
		if err = l.Space().CopyIn(b, mem.VirtAddr(a[1])); err == nil {
			name = string(b)
		}
	}
	if err != nil {
		return result(err)
	}
	return 0, l.Process().SetLWPName(lwp.ID(a[0]), name)
}

// lwpGetName stores an LWP's name and a zero. ESRCH, EFAULT; ENAMETOOLONG: it does not fit.
func lwpGetName(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	name, errno := l.Process().LWPName(lwp.ID(a[0]))
	switch {
	case errno != 0:
		return 0, errno
	case uint64(len(name)) >= a[2]:
		return 0, syscall.ENAMETOOLONG
	}
	return result(l.Space().CopyOut(mem.VirtAddr(a[1]), append([]byte(name), 0)))
}

// lwpCtl stores the address of the caller's record. EINVAL: no such feature; ENOMEM, EFAULT.
func lwpCtl(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if a[0] == 0 || a[0]&^uint64(abi.CtlKnown) != 0 {
		return 0, syscall.EINVAL
	}
	if !writable(l, a[1], 8) {
		return 0, syscall.EFAULT
	}
	at, errno := l.Control()
	if errno == 0 {
		errno = put(l, a[1], &at)
	}
	return 0, errno
}

func lwpSetPriority(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if a[1] > uint64(sched.FIFO) {
		return 0, syscall.EINVAL
	}
	return 0, l.Process().SetLWPPriority(lwp.ID(a[0]), sched.Class(a[1]), int(int32(a[2])))
}

func lwpBind(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return 0, l.Process().BindLWP(lwp.ID(a[0]), int(int32(a[1])))
}

// infoBatch is how many LWPs one _lwp_info tells of at most.
const infoBatch = 64

// lwpInfo stores what there is to say of the LWPs of a process (0: the caller's) whose numbers
// are above a given one, in order, and returns how many these are: 0 at the end. ESRCH: no such
// process; EINVAL: no place for any; EFAULT.
func lwpInfo(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	p, after, at, n := l.Process(), lwp.ID(a[1]), a[2], a[3]
	if n == 0 {
		return 0, syscall.EINVAL
	}
	if pid := proc.PID(a[0]); pid != 0 {
		if p = p.System().Find(pid); p == nil {
			return 0, syscall.ESRCH
		}
	}
	for i := range min(n, infoBatch) {
		to := p.NextLWP(after)
		if to == nil {
			return i, 0
		}
		info := to.Info()
		if errno := put(l, at+i*abi.LWPInfoSize, &info); errno != 0 {
			return 0, errno
		}
		after = lwp.ID(info.LID)
	}
	return min(n, infoBatch), 0
}

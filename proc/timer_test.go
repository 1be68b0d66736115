package proc_test

import (
	"encoding/binary"
	"syscall"
	"testing"

	"gossamer/proc/proctest"
)

const (
	nrGetitimer = 36
	nrAlarm     = 37
	nrSetitimer = 38
	nrTimedwait = 128
	nrQueueinfo = 129
	nrTimerNew  = 222
	nrTimerSet  = 223
	nrTimerGet  = 224
	nrOverrun   = 225
	nrTimerDel  = 226
	nrTimerfd   = 283
	nrTimerfdS  = 286
	nrTimerfdG  = 287
	nrTgqueue   = 297

	infoAt  = proctest.Scratch + 0x400
	setAt   = proctest.Scratch + 0x500
	eventAt = proctest.Scratch + 0x540
	specAt  = proctest.Scratch + 0x580
	oldAt   = proctest.Scratch + 0x5c0
	idAt    = proctest.Scratch + 0x5f0
)

// spec stores a struct itimerspec.
func spec(u *user, every, value uint64) uint64 {
	for i, v := range []uint64{every / 1e9, every % 1e9, value / 1e9, value % 1e9} {
		u.PutWord(specAt+8*uint64(i), v)
	}
	return specAt
}

// setSpec returns interval and value of the itimerspec at an address.
func getSpec(u *user, at uint64) (every, value uint64) {
	return u.Word(at)*1e9 + u.Word(at+8), u.Word(at+16)*1e9 + u.Word(at+24)
}

// event stores a struct sigevent.
func event(u *user, value uint64, sig, notify, tid uint32) uint64 {
	b := binary.LittleEndian.AppendUint64(nil, value)
	for _, v := range []uint32{sig, notify, tid} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	u.Store(eventAt, append(b, make([]byte, 64-len(b))...))
	return eventAt
}

// block blocks signals, and has them be caught: process 1 gets no others.
func block(u *user, sigs ...syscall.Signal) {
	h := u.Handler(func(*user, int, []byte) {})
	for _, sig := range sigs {
		sigaction(u, int(sig), h, 0, 0)
		procmask(u, 0, bit(sig))
	}
}

// sigwait waits for a signal of a set and returns it with its siginfo_t.
func sigwait(u *user, set uint64) (int64, []byte) {
	u.PutWord(setAt, set)
	n := u.Call(nrTimedwait, setAt, infoAt, 0, 8)
	return n, u.Load(infoAt, 128)
}

// timer makes a timer of the event stored.
func newTimer(u *user, ev uint64) uint64 {
	if e := u.Errno(nrTimerNew, 1, ev, idAt); e != 0 {
		u.T.Errorf("timer_create: %v", e)
	}
	return uint64(word(u, idAt))
}

// Does a timer send its signal, with its number, value and overrun, once or again and again?
func TestTimerSignals(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		block(u, syscall.SIGUSR1)
		id := newTimer(u, event(u, 0x123456789, uint32(syscall.SIGUSR1), 0, 0))
		start := u.Sched.Now()
		if e := u.Errno(nrTimerSet, id, 0, spec(u, 1e6, 2e6), oldAt); e != 0 {
			t.Errorf("timer_settime: %v", e)
		}
		if every, value := getSpec(u, oldAt); every != 0 || value != 0 {
			t.Errorf("setting before: %d %d", every, value)
		}
		total := int64(0)
		for range 20 {
			sig, info := sigwait(u, bit(syscall.SIGUSR1))
			le := binary.LittleEndian
			overrun := int64(le.Uint32(info[20:]))
			if sig != 10 || int32(le.Uint32(info[8:])) != -2 || uint64(le.Uint32(info[16:])) != id || le.Uint64(info[24:]) != 0x123456789 {
				t.Errorf("signal %d: % x", sig, info[:32])
			}
			if n := u.Call(nrOverrun, id); n != overrun {
				t.Errorf("timer_getoverrun %d, si_overrun %d", n, overrun)
			}
			total += 1 + overrun
		}
		if took := u.Sched.Now() - start; took < 2e6+(total-1)*1e6 {
			t.Errorf("%d expirations in %d ns", total, took)
		}
		if every, value := getSpec(u, func() uint64 { u.Call(nrTimerGet, id, oldAt); return oldAt }()); every != 1e6 || value == 0 || value > 1e6 {
			t.Errorf("timer_gettime: %d %d", every, value)
		}
		u.Call(nrTimerSet, id, 0, spec(u, 0, 0), 0)
		u.PutWord(setAt, bit(syscall.SIGUSR1))
		u.Call(nrTimedwait, setAt, 0, timespecAt(u, 0), 8)
		if e := u.Errno(nrTimedwait, setAt, 0, timespecAt(u, 3e6), 8); e != syscall.EAGAIN {
			t.Errorf("a stopped timer: %v", e)
		}
		u.Call(nrTimerSet, id, 1, spec(u, 0, uint64(u.Sched.Now())+1e6), 0) // absolute
		sigwait(u, bit(syscall.SIGUSR1))
		u.Call(nrTimerGet, id, oldAt)
		if _, value := getSpec(u, oldAt); value != 0 {
			t.Errorf("after the only expiration: %d left", value)
		}
		if e := u.Errno(nrTimerDel, id); e != 0 || u.Errno(nrTimerDel, id) != syscall.EINVAL || u.Errno(nrTimerGet, id, oldAt) != syscall.EINVAL {
			t.Errorf("timer_delete: %v", e)
		}
	})
}

// Is the signal of SIGEV_THREAD_ID that LWP's, does SIGEV_NONE send nothing, and is the number
// the value where no event is given?
func TestTimerEvents(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		block(u, syscall.SIGUSR1, syscall.SIGALRM)
		id := spawn(u, tidAt, func(u *user) {
			id := newTimer(u, event(u, 5, uint32(syscall.SIGUSR1), 4, uint32(u.Call(nrGettid))))
			u.Call(nrTimerSet, id, 0, spec(u, 0, 1e6), 0)
			if sig, info := sigwait(u, bit(syscall.SIGUSR1)); sig != 10 || info[24] != 5 {
				t.Errorf("signal %d", sig)
			}
			u.Call(nrTimerSet, id, 0, spec(u, 1e6, 1e6), 0) // goes on when its LWP has ended
		})
		join(u, tidAt)
		for u.Errno(nrTgkill, 1, uint64(id), 0) != syscall.ESRCH {
			u.Call(24)
		}
		for u.Sys.Timers.Len() > 0 {
			u.Call(24)
		}
		none := newTimer(u, event(u, 0, 0, 1, 0))
		u.Call(nrTimerSet, none, 0, spec(u, 0, 1e6), 0)
		for value := uint64(1); value != 0; {
			u.Call(nrTimerGet, none, oldAt)
			_, value = getSpec(u, oldAt)
		}
		if u.Call(127, setAt, 8); u.Word(setAt) != 0 {
			t.Errorf("pending %#x", u.Word(setAt))
		}
		plain := newTimer(u, 0)
		u.Call(nrTimerSet, plain, 0, spec(u, 0, 1), 0)
		if sig, info := sigwait(u, bit(syscall.SIGALRM)); sig != 14 || uint64(info[24]) != plain {
			t.Errorf("signal %d, value %d, timer %d", sig, info[24], plain)
		}
	})
}

// What do the calls about timers refuse?
func TestTimerErrors(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		const bad = 8
		id := newTimer(u, 0)
		for i, c := range []struct {
			nr   uint64
			a    func() []uint64
			want syscall.Errno
		}{
			{nrTimerNew, func() []uint64 { return []uint64{2, 0, idAt} }, syscall.EINVAL},
			{nrTimerNew, func() []uint64 { return []uint64{99, 0, idAt} }, syscall.EINVAL},
			{nrTimerNew, func() []uint64 { return []uint64{1, bad, idAt} }, syscall.EFAULT},
			{nrTimerNew, func() []uint64 { return []uint64{1, 0, bad} }, syscall.EFAULT},
			{nrTimerNew, func() []uint64 { return []uint64{1, event(u, 0, 0, 0, 0), idAt} }, syscall.EINVAL},
			{nrTimerNew, func() []uint64 { return []uint64{1, event(u, 0, 65, 0, 0), idAt} }, syscall.EINVAL},
			{nrTimerNew, func() []uint64 { return []uint64{1, event(u, 0, 10, 3, 0), idAt} }, syscall.EINVAL},
			{nrTimerNew, func() []uint64 { return []uint64{1, event(u, 0, 10, 4, 77), idAt} }, syscall.EINVAL},
			{nrTimerNew, func() []uint64 { return []uint64{1, event(u, 0, 10, 4, 0), idAt} }, syscall.EINVAL},
			{nrTimerSet, func() []uint64 { return []uint64{id, 0, 0, 0} }, syscall.EINVAL},
			{nrTimerSet, func() []uint64 { return []uint64{id, 0, bad, 0} }, syscall.EFAULT},
			{nrTimerSet, func() []uint64 { return []uint64{id + 1, 0, spec(u, 0, 0), 0} }, syscall.EINVAL},
			{nrTimerSet, func() []uint64 { u.PutWord(spec(u, 0, 0)+8, 1e9); return []uint64{id, 0, specAt, 0} }, syscall.EINVAL},
			{nrTimerSet, func() []uint64 { u.PutWord(spec(u, 0, 0)+16, m1); return []uint64{id, 0, specAt, 0} }, syscall.EINVAL},
			{nrTimerSet, func() []uint64 { return []uint64{id, 0, spec(u, 0, 0), bad} }, syscall.EFAULT},
			{nrTimerGet, func() []uint64 { return []uint64{m1, oldAt} }, syscall.EINVAL},
			{nrTimerGet, func() []uint64 { return []uint64{id, bad} }, syscall.EFAULT},
			{nrOverrun, func() []uint64 { return []uint64{id + 1} }, syscall.EINVAL},
			{nrTimerDel, func() []uint64 { return []uint64{id + 1} }, syscall.EINVAL},
			{nrSetitimer, func() []uint64 { return []uint64{1, spec(u, 0, 0), 0} }, syscall.EINVAL},
			{nrSetitimer, func() []uint64 { return []uint64{0, bad, 0} }, syscall.EFAULT},
			{nrSetitimer, func() []uint64 { u.PutWord(spec(u, 0, 0)+24, 1e6); return []uint64{0, specAt, 0} }, syscall.EINVAL},
			{nrGetitimer, func() []uint64 { return []uint64{3, oldAt} }, syscall.EINVAL},
			{nrGetitimer, func() []uint64 { return []uint64{0, bad} }, syscall.EFAULT},
			{nrTimerfd, func() []uint64 { return []uint64{2, 0} }, syscall.EINVAL},
			{nrTimerfd, func() []uint64 { return []uint64{1, 1} }, syscall.EINVAL},
			{nrTimerfdS, func() []uint64 { return []uint64{99, 0, spec(u, 0, 0), 0} }, syscall.EBADF},
			{nrTimerfdG, func() []uint64 { return []uint64{99, oldAt} }, syscall.EBADF},
		} {
			if e := u.Errno(c.nr, c.a()...); e != c.want {
				t.Errorf("case %d: %v, want %v", i, e, c.want)
			}
		}
		made := 1 // two were made and taken back, for want of a place for the number
		for u.Errno(nrTimerNew, 1, 0, idAt) == 0 {
			made++
		}
		if e := u.Errno(nrTimerNew, 1, 0, idAt); e != syscall.EAGAIN || made != 1024 {
			t.Errorf("%v after %d timers", e, made)
		}
	})
}

// Does a timerfd count expirations, wait for them, tell poll and epoll, and end with its
// descriptor?
func TestTimerFD(t *testing.T) {
	proctest.New(t).Run(func(u *user) {
		fd := uint64(u.Call(nrTimerfd, 1, syscall.O_NONBLOCK))
		if e := u.Errno(0, fd, infoAt, 8); e != syscall.EAGAIN {
			t.Errorf("read of one not set: %v", e)
		}
		u.PutWord(infoAt, fd|1<<32) // a pollfd: POLLIN
		if n := u.Call(7, infoAt, 1, 0); n != 0 {
			t.Errorf("poll of one not set: %d", n)
		}
		start := u.Sched.Now()
		if e := u.Errno(nrTimerfdS, fd, 0, spec(u, 1e6, 3e6), 0); e != 0 {
			t.Errorf("timerfd_settime: %v", e)
		}
		if n := u.Call(7, infoAt, 1, m1); n != 1 || u.Sched.Now()-start < 3e6 {
			t.Errorf("poll = %d after %d ns", n, u.Sched.Now()-start)
		}
		total := uint64(0)
		for range 10 {
			u.Call(7, infoAt, 1, m1)
			if n := u.Call(0, fd, setAt, 8); n != 8 || u.Word(setAt) == 0 {
				t.Errorf("read = %d, %d expirations", n, u.Word(setAt))
			}
			total += u.Word(setAt)
		}
		if took := uint64(u.Sched.Now() - start); took < 3e6+(total-1)*1e6 {
			t.Errorf("%d expirations in %d ns", total, took)
		}
		u.Call(nrTimerfdG, fd, oldAt)
		if every, value := getSpec(u, oldAt); every != 1e6 || value == 0 || value > 1e6 {
			t.Errorf("timerfd_gettime: %d %d", every, value)
		}
		u.Call(nrTimerfdS, fd, 0, spec(u, 0, 1e18), oldAt)
		if every, _ := getSpec(u, oldAt); every != 1e6 {
			t.Errorf("interval before: %d", every)
		}
		if e := u.Errno(0, fd, setAt, 8); e != syscall.EAGAIN {
			t.Errorf("setting it keeps expirations: %v", e)
		}
		for i, c := range []struct {
			nr   uint64
			a    []uint64
			want syscall.Errno
		}{
			{0, []uint64{fd, setAt, 7}, syscall.EINVAL}, {1, []uint64{fd, setAt, 8}, syscall.EINVAL},
			{nrTimerfdS, []uint64{fd, 4, specAt, 0}, syscall.EINVAL}, {nrTimerfdS, []uint64{fd, 0, 8, 0}, syscall.EFAULT},
			{nrTimerfdG, []uint64{fd, 8}, syscall.EFAULT},
		} {
			if e := u.Errno(c.nr, c.a...); e != c.want {
				t.Errorf("case %d: %v, want %v", i, e, c.want)
			}
		}
		if n := u.Sys.Timers.Len(); n != 1 {
			t.Errorf("%d timers are set", n)
		}
		u.Call(3, fd)
		if n := u.Sys.Timers.Len(); n != 0 {
			t.Errorf("%d timers are set after close", n)
		}
		fd = uint64(u.Call(nrTimerfd, 0, 0))
		u.Call(nrTimerfdS, fd, 1, spec(u, 0, 1), 0) // in 1970
		if n := u.Call(0, fd, setAt, 8); n != 8 || u.Word(setAt) != 1 {
			t.Errorf("read = %d, %d expirations", n, u.Word(setAt))
		}
	})
}

// Do alarm and setitimer send SIGALRM, tell what is left, survive execve and not fork?
func TestAlarm(t *testing.T) {
	k := proctest.New(t)
	k.Install("/bin/wait", func(u *user) {
		if v := u.Call(nrAlarm, 0); v != 100 {
			t.Errorf("left after execve: %d", v)
		}
	})
	k.Run(func(u *user) {
		if v := u.Call(nrAlarm, 100); v != 0 {
			t.Errorf("first alarm: %d", v)
		}
		u.Call(nrGetitimer, 0, oldAt)
		if u.Word(oldAt) != 0 || u.Word(oldAt+16) < 90 || u.Word(oldAt+16) > 100 {
			t.Errorf("getitimer: %d s, every %d", u.Word(oldAt+16), u.Word(oldAt))
		}
		u.Wait(u.Fork(func(u *user) {
			if v := u.Call(nrAlarm, 0); v != 0 {
				t.Errorf("left after fork: %d", v)
			}
		}), 0)
		u.Wait(u.Fork(func(u *user) {
			u.Call(nrAlarm, 100)
			u.Exec("/bin/wait", "wait")
		}), 0)
		block(u, syscall.SIGALRM)
		for i, v := range []uint64{0, 1000, 0, 1000} { // every ms
			u.PutWord(specAt+8*uint64(i), v)
		}
		u.Call(nrSetitimer, 0, specAt, oldAt)
		if u.Word(oldAt+16) < 90 {
			t.Errorf("setitimer: %d s left", u.Word(oldAt+16))
		}
		for range 5 {
			if sig, info := sigwait(u, bit(syscall.SIGALRM)); sig != 14 || info[8] != 0x80 {
				t.Errorf("signal %d, code %#x", sig, info[8])
			}
		}
		if v := u.Call(nrAlarm, 0); v != 1 {
			t.Errorf("the last: %d", v)
		}
		// Nobody pays for an ignored timer of 1 ns, and nothing is left of one that ends pending.
		sigaction(u, 10, 1, 0, 0)
		for _, sig := range []uint32{10, 14} {
			u.Call(nrTimerSet, newTimer(u, event(u, 0, sig, 0, 0)), 0, spec(u, 1, 1), 0)
		}
		u.Call(35, timespecAt(u, 5e6), 0)
	})
	if n := k.Sys.Timers.Len(); n != 0 {
		t.Errorf("%d timers are set after the end", n)
	}
}

// Does rt_sigtimedwait take blocked signals sent before or meanwhile, to it or to the process,
// give up in time, and let others interrupt it?
func TestAwaitSignal(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		set := bit(syscall.SIGUSR1) | bit(syscall.SIGCHLD)
		block(u, syscall.SIGUSR1, syscall.SIGCHLD)
		u.PutWord(setAt, set)
		if e := u.Errno(nrTimedwait, setAt, 0, timespecAt(u, 0), 8); e != syscall.EAGAIN {
			t.Errorf("nothing pending: %v", e)
		}
		kill(u, 1, syscall.SIGUSR1)
		if sig, info := sigwait(u, set); sig != 10 || info[16] != 1 {
			t.Errorf("signal %d", sig)
		}
		pid := u.Fork(func(u *user) {})
		if sig, info := sigwait(u, set); sig != 17 || int64(info[16]) != pid {
			t.Errorf("signal %d of %d", sig, info[16])
		}
		u.Wait(pid, 0)
		sigaction(u, 10, 1, 0, 0) // ignored, but blocked
		id := spawn(u, tidAt, func(u *user) {
			if sig, info := sigwait(u, set); sig != 10 || int8(info[8]) != -6 {
				t.Errorf("signal %d, code %d", sig, info[8])
			}
		})
		u.Errno(nrTgkill, 1, uint64(id), 10)
		join(u, tidAt)
		caught := false
		sigaction(u, 12, k.Handler(func(*user, int, []byte) { caught = true }), 0, 0)
		self := uint64(u.Call(nrGettid))
		spawn(u, tidAt, func(u *user) {
			procmask(u, 0, bit(syscall.SIGUSR2))
			for u.Word(oldAt) == 0 { // the first may come before the wait
				u.Errno(nrTgkill, 1, self, 12)
				u.Call(24)
			}
		})
		if sig, _ := sigwait(u, set); sig != -int64(syscall.EINTR) || !caught {
			t.Errorf("interrupted: %d, %v", sig, caught)
		}
		u.PutWord(oldAt, 1)
		join(u, tidAt)
		u.PutWord(timespecAt(u, 0)+8, 1e9)
		for i, c := range []struct {
			a    []uint64
			want syscall.Errno
		}{
			{[]uint64{setAt, 0, 0, 4}, syscall.EINVAL}, {[]uint64{8, 0, 0, 8}, syscall.EFAULT},
			{[]uint64{setAt, 0, 8, 8}, syscall.EFAULT}, {[]uint64{setAt, 0, proctest.Scratch + 0x300, 8}, syscall.EINVAL},
		} {
			if e := u.Errno(nrTimedwait, c.a...); e != c.want {
				t.Errorf("case %d: %v, want %v", i, e, c.want)
			}
		}
		kill(u, 1, syscall.SIGUSR1) // nobody waits now, so it is pending
		if e := u.Errno(nrTimedwait, setAt, 8, 0, 8); e != syscall.EFAULT {
			t.Errorf("siginfo to nowhere: %v", e)
		}
	})
}

// Does a signal carry the information that its sender gives, and who may claim what?
func TestQueueInfo(t *testing.T) {
	k := proctest.New(t)
	k.Run(func(u *user) {
		const rt = 40
		block(u, rt, rt-1)
		info := func(code int32, value uint64) uint64 {
			b := make([]byte, 128)
			binary.LittleEndian.PutUint32(b[8:], uint32(code))
			binary.LittleEndian.PutUint32(b[16:], 77)
			binary.LittleEndian.PutUint32(b[20:], 78)
			binary.LittleEndian.PutUint64(b[24:], value)
			u.Store(infoAt, b)
			return infoAt
		}
		for i := range uint64(3) { // in order
			u.Call(nrQueueinfo, 1, rt, info(-1, i))
		}
		self := uint64(u.Call(nrGettid))
		u.Call(nrTgqueue, 1, self, rt-1, info(-3, 9))
		for i, want := range []uint64{9, 0, 1, 2} {
			sig, b := sigwait(u, 1<<(rt-1)|1<<(rt-2))
			if v := binary.LittleEndian.Uint64(b[24:]); v != want || b[16] != 77 || b[20] != 78 || (sig == rt) != (i > 0) {
				t.Errorf("signal %d, value %d, % x", sig, v, b[:24])
			}
		}
		pid := u.Fork(func(u *user) { u.Call(nrPause) })
		child := uint64(pid)
		for i, c := range []struct {
			nr   uint64
			a    []uint64
			want syscall.Errno
		}{
			{nrQueueinfo, []uint64{child, rt, info(0, 0)}, syscall.EPERM}, {nrQueueinfo, []uint64{child, rt, info(-6, 0)}, syscall.EPERM},
			{nrQueueinfo, []uint64{1, 0, info(0, 0)}, 0}, {nrTgqueue, []uint64{child, child, rt, info(5, 0)}, syscall.EPERM},
			{nrQueueinfo, []uint64{1, 65, info(-1, 0)}, syscall.EINVAL}, {nrQueueinfo, []uint64{none, 1, infoAt}, syscall.ESRCH},
			{nrQueueinfo, []uint64{1, m1, infoAt}, syscall.EINVAL}, {nrQueueinfo, []uint64{1, 1, 8}, syscall.EFAULT},
			{nrTgqueue, []uint64{0, 1, 1, infoAt}, syscall.EINVAL}, {nrTgqueue, []uint64{1, m1, 1, infoAt}, syscall.EINVAL},
			{nrTgqueue, []uint64{1, none, 1, infoAt}, syscall.ESRCH}, {nrTgqueue, []uint64{1, child, 1, infoAt}, syscall.ESRCH},
			{nrTgqueue, []uint64{1, 1, 65, infoAt}, syscall.EINVAL}, {nrTgqueue, []uint64{1, 1, 1, 8}, syscall.EFAULT},
		} {
			if c.want == syscall.EPERM {
				info([]int32{0, -6, 0, 5}[i], 0)
			} else {
				info(-1, 0)
			}
			if e := u.Errno(c.nr, c.a...); e != c.want {
				t.Errorf("case %d: %v, want %v", i, e, c.want)
			}
		}
		n := 0
		for u.Errno(nrQueueinfo, 1, rt, info(-1, 0)) == 0 {
			n++
		}
		if e := u.Errno(nrQueueinfo, 1, rt, infoAt); e != syscall.EAGAIN || n != 256 {
			t.Errorf("%v after %d", e, n)
		}
		if e := u.Errno(nrTgqueue, child, child, 9, infoAt); e != 0 {
			t.Errorf("rt_tgsigqueueinfo: %v", e)
		}
		if _, st := u.Wait(pid, 0); st != 9 {
			t.Errorf("status %#x", st)
		}
	})
}

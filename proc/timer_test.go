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

// getSpec returns interval and value of the itimerspec at an address.
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

package futex_test

import (
	"syscall"
	"testing"

	"gossamer/kernel/futex"
	"gossamer/kernel/mem"
	"gossamer/kernel/mem/memtest"
	"gossamer/kernel/sched"
	"gossamer/kernel/sched/schedtest"
)

const base = 0x10000

// scene is an address space with a private page, and after it a shared one.
type scene struct {
	*testing.T
	m     *schedtest.Machine
	as    *mem.AddressSpace
	table futex.Table
}

func newScene(t *testing.T) *scene {
	m := schedtest.Boot(t)
	mm := memtest.New(t, 32<<20)
	as, err := mem.New(mm, mm.NewTable)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(as.Destroy)
	for i, flags := range []mem.MapFlags{mem.Fixed | mem.Anonymous, mem.Fixed | mem.Anonymous | mem.Shared} {
		if _, err := as.Map(mem.VirtAddr(base+i*mem.PageSize), mem.PageSize, mem.Read|mem.Write, flags, nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	return &scene{T: t, m: m, as: as}
}

func (s *scene) word(off int, shared bool) futex.Word {
	return futex.Word{Space: s.as, Addr: mem.VirtAddr(base + off), Shared: shared}
}

// set stores a word as a program would: in one step.
func (s *scene) set(off int, v uint32) {
	at := mem.VirtAddr(base + off)
	for {
		old, ok := s.as.Load32(at)
		if ok {
			if was, ok := s.as.CompareAndSwap32(at, old, v); ok && was == old {
				return
			}
		}
		if err := s.as.Fault(at, mem.Write); err != nil {
			s.Fatal(err)
		}
	}
}

func (s *scene) equal(got, want any, what string) {
	s.Helper()
	if got != want {
		s.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// What is refused, and how?
func TestErrors(t *testing.T) {
	s := newScene(t)
	hole := futex.Word{Space: s.as, Addr: 0x900000}
	sharedHole := futex.Word{Space: s.as, Addr: 0x900000, Shared: true}
	kernel := futex.Word{Space: s.as, Addr: 1 << 63}
	s.m.Run(t, func(th *sched.Thread) {
		var w futex.Waiter
		wait := func(f futex.Word, val, bits uint32) syscall.Errno {
			return s.table.Wait(th, &w, f, val, bits, s.m.Now()+1)
		}
		s.equal(wait(s.word(0, false), 1, futex.AnyBit), syscall.EAGAIN, "other value")
		s.equal(wait(s.word(0, false), 0, 0), syscall.EINVAL, "no bit")
		s.equal(wait(s.word(2, false), 0, 1), syscall.EINVAL, "not aligned")
		s.equal(wait(hole, 0, 1), syscall.EFAULT, "no memory")
		s.equal(wait(sharedHole, 0, 1), syscall.EFAULT, "no shared memory")
		s.equal(wait(kernel, 0, 1), syscall.EFAULT, "kernel memory")
		s.equal(wait(s.word(0, false), 0, 1), syscall.ETIMEDOUT, "deadline")
		_, e := s.table.Wake(s.word(0, false), 1, 0)
		s.equal(e, syscall.EINVAL, "wake without bits")
		_, e = s.table.Wake(s.word(1, false), 1, 1)
		s.equal(e, syscall.EINVAL, "wake not aligned")
		n, e := s.table.Wake(s.word(0, false), 5, 1)
		s.equal(n, 0, "nobody waits")
		s.equal(e, syscall.Errno(0), "nobody waits")
		one := uint32(1)
		_, e = s.table.Requeue(s.word(0, false), s.word(4, false), 1, 1, &one)
		s.equal(e, syscall.EAGAIN, "requeue, other value")
		_, e = s.table.Requeue(s.word(0, false), s.word(4, false), -1, 1, nil)
		s.equal(e, syscall.EINVAL, "requeue -1")
		_, e = s.table.WakeOp(s.word(0, false), s.word(4, false), 1, 1, 7<<28)
		s.equal(e, syscall.ENOSYS, "no such operation")
		_, e = s.table.WakeOp(s.word(0, false), s.word(4, false), 1, 1, 6<<24)
		s.equal(e, syscall.ENOSYS, "no such comparison")
		_, e = s.table.WakeOp(s.word(0, false), hole, 1, 1, 0)
		s.equal(e, syscall.EFAULT, "operation on no memory")
	})
}

// waiters starts n threads that wait, each with its own bit, and awaits that they do.
func (s *scene) waiters(f futex.Word, n int, order chan<- int) (all []*schedtest.Running) {
	for i := range n {
		th := s.m.Spawn(s.T, "waiter", func(th *sched.Thread) {
			var w futex.Waiter
			if e := s.table.Wait(th, &w, f, 0, 1<<i, 0); e != 0 {
				s.Errorf("wait: %v", e)
			}
			order <- i
		})
		th.Await(s.T, sched.Blocked)
		all = append(all, th)
	}
	return all
}

// Are as many woken as asked for, the longest waiting first, and by bit?
func TestWake(t *testing.T) {
	s := newScene(t)
	for _, shared := range []bool{false, true} {
		f := s.word(0, shared)
		if shared {
			f = s.word(mem.PageSize+8, true)
		}
		order := make(chan int, 40)
		all := s.waiters(f, 30, order)
		wake := func(n int, bits uint32, want int) {
			got, e := s.table.Wake(f, n, bits)
			s.equal(got, want, "woken")
			s.equal(e, syscall.Errno(0), "wake")
		}
		wake(1, futex.AnyBit, 1)
		s.equal(<-order, 0, "first")
		wake(9, 1<<7, 1)
		s.equal(<-order, 7, "by bit")
		other := f
		other.Addr += 4
		n, _ := s.table.Wake(other, 100, futex.AnyBit)
		s.equal(n, 0, "another futex")
		wake(100, futex.AnyBit, 28)
		for _, th := range all {
			th.Wait(t)
		}
	}
}

// Does requeue wake some and move some, who are then found at the other futex?
func TestRequeue(t *testing.T) {
	s := newScene(t)
	from, to := s.word(0, false), s.word(64, false)
	order := make(chan int, 10)
	all := s.waiters(from, 6, order)
	zero := uint32(0)
	n, e := s.table.Requeue(from, to, 1, 3, &zero)
	s.equal(n, 4, "requeued")
	s.equal(e, syscall.Errno(0), "requeue")
	s.equal(<-order, 0, "woken by requeue")
	n, _ = s.table.Wake(to, 2, futex.AnyBit)
	s.equal(n, 2, "woken at the other futex")
	n, _ = s.table.Wake(from, 9, futex.AnyBit)
	s.equal(n, 2, "left at the first")
	n, _ = s.table.Wake(to, 9, futex.AnyBit)
	s.equal(n, 1, "left at the other")
	for _, th := range all {
		th.Wait(t)
	}
}

// Does WakeOp change the word, return what it woke, and mind the comparison?
func TestWakeOp(t *testing.T) {
	s := newScene(t)
	for _, c := range []struct {
		op, before, after uint32
		n                 int
	}{
		{0<<28 | 0<<24 | 5<<12 | 0, 0, 5, 2},              // set 5, if it was 0
		{1<<28 | 1<<24 | 0xfff<<12 | 0, 0, 0xffffffff, 1}, // add -1, if it was not 0
		{2<<28 | 2<<24 | 6<<12 | 1, 0, 6, 2},              // or 6, if it was less than 1
		{3<<28 | 3<<24 | 6<<12 | 0, 0, 0, 2},              // and not 6, if it was at most 0
		{4<<28 | 4<<24 | 6<<12 | 0, 0, 6, 1},              // xor 6, if it was greater than 0
		{8<<28 | 5<<24 | 4<<12 | 0, 0, 16, 2},             // set 1<<4, if it was at least 0
	} {
		from, to := s.word(0, false), s.word(64, false)
		s.set(64, c.before)
		order := make(chan int, 4)
		all := append(s.waiters(from, 1, order), s.waiters(to, 1, order)...)
		n, e := s.table.WakeOp(from, to, 1, 1, c.op)
		s.equal(n, c.n, "woken")
		s.equal(e, syscall.Errno(0), "WakeOp")
		v, _ := s.as.Load32(to.Addr)
		s.equal(v, c.after, "word")
		s.table.Wake(to, 1, futex.AnyBit)
		for _, th := range all {
			th.Wait(t)
		}
	}
}

// Does no wake-up get lost, however waits, wakes, moves and interrupts fall together? Tokens
// are handed out one by one; a waiter that misses one makes the test hang.
func TestNoLostWakeUp(t *testing.T) {
	s := newScene(t)
	const rounds = 2000
	a, b := s.word(0, false), s.word(128, false)
	stop := make(chan bool)
	waiter := s.m.Spawn(t, "waiter", func(th *sched.Thread) {
		var w futex.Waiter
		for seen := uint32(0); seen < rounds; {
			switch e := s.table.Wait(th, &w, a, seen, futex.AnyBit, 0); e {
			case 0, syscall.EAGAIN:
			case syscall.EINTR:
				th.ClearInterrupt()
			default:
				t.Errorf("wait: %v", e)
			}
			if v, ok := s.as.Load32(a.Addr); ok && v > seen {
				seen = v
				s.set(256, seen)
			}
		}
	})
	mover := s.m.Spawn(t, "mover", func(th *sched.Thread) {
		for {
			select {
			case <-stop:
				return
			default:
			}
			s.table.Requeue(a, b, 0, 1, nil)
			th.Yield()
			s.table.Requeue(b, a, 0, 1, nil)
			waiter.Interrupt()
			th.Yield()
		}
	})
	s.m.Run(t, func(th *sched.Thread) {
		for i := uint32(1); i <= rounds; i++ {
			s.set(0, i)
			s.table.Wake(a, 1, futex.AnyBit)
			for {
				if v, _ := s.as.Load32(base + 256); v == i {
					break
				}
				s.table.Wake(b, 1, futex.AnyBit) // it was being moved
				th.Yield()
			}
		}
	})
	waiter.Wait(t)
	close(stop)
	mover.Wait(t)
}

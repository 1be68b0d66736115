package fs

import (
	"bytes"
	"crypto/sha256"
	"math/rand"
	"syscall"
	"testing"

	"gossamer/kernel/sched"
	"gossamer/kernel/sched/schedtest"
)

func TestPipeWithoutBlocking(t *testing.T) {
	fs, frames := newTest(t)
	r, w := fs.NewPipe(syscall.O_NONBLOCK)
	b := make([]byte, 10)
	if _, err := r.Read(nil, b); err != syscall.EAGAIN {
		t.Errorf("empty: %v, want EAGAIN", err)
	}
	if frames.used() != 0 {
		t.Error("a new pipe has frames")
	}
	if n, err := w.Write(nil, []byte("hello")); n != 5 || err != nil {
		t.Error(n, err)
	}
	if n, _ := r.Read(nil, b[:2]); string(b[:n]) != "he" {
		t.Errorf("%q", b[:n])
	}
	if n, _ := r.Read(nil, b); string(b[:n]) != "llo" {
		t.Errorf("%q", b[:n])
	}
	if n, err := w.Write(nil, make([]byte, PipeSize+1)); n != PipeSize || err != nil {
		t.Errorf("long write to an empty pipe: %d, %v", n, err)
	}
	if n, err := w.Write(nil, make([]byte, PipeSize)); n != 0 || err != syscall.EAGAIN {
		t.Errorf("long write to a full pipe: %d, %v", n, err)
	}
	r.Read(nil, b)
	if n, err := w.Write(nil, make([]byte, 11)); n != 0 || err != syscall.EAGAIN {
		t.Errorf("atomic write without room: %d, %v", n, err)
	}
	if n, err := w.Write(nil, make([]byte, PipeBuf+1)); n != 10 || err != nil {
		t.Errorf("long write with room for 10: %d, %v", n, err)
	}
	if _, err := r.Write(nil, b); err != syscall.EBADF {
		t.Errorf("write to the read end: %v", err)
	}
	if _, err := w.Read(nil, b); err != syscall.EBADF {
		t.Errorf("read from the write end: %v", err)
	}
	if _, err := r.Seek(0, 0); err != syscall.ESPIPE {
		t.Errorf("seek: %v", err)
	}
	if _, err := r.PRead(nil, b, 0); err != syscall.ESPIPE {
		t.Errorf("pread: %v", err)
	}
	size := make([]byte, 4)
	if err := r.Ioctl(nil, syscall.TIOCINQ, 0, size); err != nil || size[2] != 1 {
		t.Errorf("FIONREAD: %v, %v", size, err)
	}
	var st syscall.Stat_t
	r.Stat(&st)
	if st.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		t.Errorf("mode %o", st.Mode)
	}
	w.Ref()
	w.Close()
	w.Close()
	for n := 1; n > 0; n, _ = r.Read(nil, make([]byte, PipeSize)) {
	}
	if n, err := r.Read(nil, b); n != 0 || err != nil {
		t.Errorf("after the writer: %d, %v, want end of file", n, err)
	}
	r.Close()
	if frames.used() != 0 {
		t.Errorf("%d frames leaked", frames.used())
	}
	r, w = fs.NewPipe(0)
	r.Close()
	if _, err := w.Write(nil, b); err != syscall.EPIPE {
		t.Errorf("no reader: %v, want EPIPE", err)
	}
	if n, err := w.Write(nil, nil); n != 0 || err != nil {
		t.Errorf("empty write: %d, %v", n, err)
	}
	w.Close()
}

func TestPipeReadiness(t *testing.T) {
	fs, _ := newTest(t)
	r, w := fs.NewPipe(syscall.O_NONBLOCK)
	check := func(when string, f *File, want Events) {
		t.Helper()
		if got := f.Ready(EventIn | EventOut); got != want {
			t.Errorf("%s: %#x, want %#x", when, got, want)
		}
	}
	check("empty", r, 0)
	check("empty", w, EventOut)
	w.Write(nil, make([]byte, PipeSize-100))
	check("nearly full", r, EventIn)
	check("nearly full", w, 0)
	w.Ref()
	w.Close()
	check("nearly full", w, 0)
	w.Close()
	check("no writer", r, EventIn|EventHup)
	r.Read(nil, make([]byte, PipeSize))
	check("drained", r, EventHup)
	r.Close()
	r, w = fs.NewPipe(0)
	r.Close()
	check("no reader", w, EventOut|EventErr)
	w.Close()
}

func TestPipeWithoutMemory(t *testing.T) {
	for limit := range 5 {
		fs, frames := newTest(t)
		frames.limit = limit
		r, w := fs.NewPipe(syscall.O_NONBLOCK)
		fill, _ := w.Write(nil, make([]byte, 4000)) // the next write needs two pages
		n, err := w.Write(nil, bytes.Repeat([]byte("a"), 200))
		if limit < 2 && (n != 0 || err != syscall.ENOMEM) {
			t.Errorf("limit %d: atomic write %d, %v, want ENOMEM", limit, n, err)
		}
		long, err := w.Write(nil, bytes.Repeat([]byte("b"), 3*pageSize))
		if room := limit*pageSize - fill - n; long != min(room, 3*pageSize) || (long == 0) != (err == syscall.ENOMEM) {
			t.Errorf("limit %d: long write %d, %v, room %d", limit, long, err, room)
		}
		got := make([]byte, PipeSize)
		if m, _ := r.Read(nil, got); m != fill+n+long {
			t.Errorf("limit %d: %d bytes come out of %d", limit, m, fill+n+long)
		}
		r.Close()
		w.Close()
		if frames.used() != 0 {
			t.Errorf("limit %d: %d frames leaked", limit, frames.used())
		}
	}
}

func TestPipeBlockingReaderIsWoken(t *testing.T) {
	m := schedtest.Boot(t)
	fs, _ := newTest(t)
	for what, wake := range map[string]func(w *File){
		"write": func(w *File) { w.Write(nil, []byte("x")); w.Close() },
		"close": func(w *File) { w.Close() },
	} {
		r, w := fs.NewPipe(0)
		var n int
		var err error
		th := m.Spawn(t, "reader", func(th *sched.Thread) { n, err = r.Read(th, make([]byte, 5)) })
		th.Await(t, sched.Blocked)
		wake(w)
		th.Wait(t)
		if err != nil || n != map[string]int{"write": 1, "close": 0}[what] {
			t.Errorf("%s: %d, %v", what, n, err)
		}
		r.Close()
	}
}

func TestPipeBlockingWriter(t *testing.T) {
	m := schedtest.Boot(t)
	fs, _ := newTest(t)

	// Room for the small write is enough, though it is less than PipeBuf.
	r, w := fs.NewPipe(0)
	m.Run(t, func(th *sched.Thread) { w.Write(th, make([]byte, PipeSize)) })
	var n int
	var err error
	write := func(size int) *schedtest.Running {
		th := m.Spawn(t, "writer", func(th *sched.Thread) { n, err = w.Write(th, make([]byte, size)) })
		th.Await(t, sched.Blocked)
		return th
	}
	th := write(10)
	r.Read(nil, make([]byte, 9))
	if th.State() != sched.Blocked {
		t.Error("an atomic write went on without room")
	}
	r.Read(nil, make([]byte, 1))
	th.Wait(t)
	if n != 10 || err != nil {
		t.Errorf("%d, %v", n, err)
	}

	// A signal ends it; what a long write has done counts.
	th = write(10)
	th.Interrupt()
	th.Wait(t)
	if n != 0 || err != syscall.EINTR {
		t.Errorf("interrupted: %d, %v, want EINTR", n, err)
	}
	r.Read(nil, make([]byte, PipeBuf))
	th = write(PipeBuf + 100)
	th.Interrupt()
	th.Wait(t)
	if n != PipeBuf || err != nil {
		t.Errorf("interrupted halfway: %d, %v", n, err)
	}

	// The reader goes.
	th = write(10)
	r.Close()
	th.Wait(t)
	if n != 0 || err != syscall.EPIPE {
		t.Errorf("reader gone: %d, %v, want EPIPE", n, err)
	}
	w.Close()
}

// Does a reader that sleeps on one pipe after the other get everything, whatever
// sizes are read and written?
func TestPipeStream(t *testing.T) {
	m := schedtest.Boot(t)
	fs, frames := newTest(t)
	for seed := range int64(5) {
		r, w := fs.NewPipe(0)
		sent, got := sha256.New(), sha256.New()
		total := 0
		m.Run(t, func(th *sched.Thread) {
			defer w.Close()
			rng := rand.New(rand.NewSource(seed))
			for range 100 {
				p := make([]byte, 1+rng.Intn([]int{10, 5000, 100000}[rng.Intn(3)]))
				rng.Read(p)
				sent.Write(p)
				if n, err := w.Write(th, p); n != len(p) || err != nil {
					t.Errorf("write: %d, %v", n, err)
				}
			}
		}, func(th *sched.Thread) {
			rng := rand.New(rand.NewSource(-seed))
			for {
				p := make([]byte, 1+rng.Intn([]int{10, 5000, 100000}[rng.Intn(3)]))
				n, err := r.Read(th, p)
				if err != nil {
					t.Errorf("read: %v", err)
				}
				if n == 0 {
					return
				}
				total += n
				got.Write(p[:n])
			}
		})
		if !bytes.Equal(sent.Sum(nil), got.Sum(nil)) {
			t.Errorf("seed %d: %d bytes came out changed", seed, total)
		}
		r.Close()
	}
	if frames.used() != 0 {
		t.Errorf("%d frames leaked", frames.used())
	}
}

func TestPipeWritesAreAtomic(t *testing.T) {
	m := schedtest.Boot(t)
	fs, _ := newTest(t)
	r, w := fs.NewPipe(0)
	const writers, each, size = 4, 60, 3000
	body := func(c byte) func(*sched.Thread) {
		return func(th *sched.Thread) {
			for range each {
				w.Write(th, bytes.Repeat([]byte{c}, size))
			}
		}
	}
	got := make([]byte, 0, writers*each*size)
	readers := func(th *sched.Thread) {
		for len(got) < cap(got) {
			n, err := r.Read(th, got[len(got):min(len(got)+701, cap(got))])
			if err != nil {
				t.Fatal(err)
			}
			got = got[:len(got)+n]
		}
	}
	m.Run(t, body('a'), body('b'), body('c'), body('d'), readers)
	for i := 0; i < len(got); i += size {
		if bytes.Count(got[i:i+size], got[i:i+1]) != size {
			t.Fatalf("two writes are mixed near %d", i)
		}
	}
	r.Close()
	w.Close()
}

// Many readers and writers on one pipe: nobody sleeps for ever.
func TestPipeCrowd(t *testing.T) {
	m := schedtest.Boot(t)
	fs, _ := newTest(t)
	r, w := fs.NewPipe(0)
	const each = 300
	writer := func(th *sched.Thread) {
		for i := range each {
			w.Write(th, make([]byte, []int{1, 4096}[i%2]))
		}
	}
	want := 3 * each / 2 * (1 + 4096)
	left := make(chan int, 1)
	left <- want
	reader := func(th *sched.Thread) {
		for {
			n, err := r.Read(th, make([]byte, 1000))
			if err != nil {
				t.Error(err)
			}
			if n == 0 {
				return
			}
			rest := <-left - n
			left <- rest
			if rest == 0 {
				w.Close()
			}
		}
	}
	m.Run(t, writer, writer, writer, reader, reader, reader)
	r.Close()
}

func TestPipeAllocatesNothingPerOperation(t *testing.T) {
	fs := New(newFrames(t, 10))
	r, w := fs.NewPipe(0)
	b := []byte{1}
	w.Write(nil, b)
	r.Read(nil, b)
	if n := testing.AllocsPerRun(100, func() { w.Write(nil, b); r.Read(nil, b) }); n != 0 {
		t.Errorf("%v allocations per byte", n)
	}
	r.Close()
	w.Close()
}

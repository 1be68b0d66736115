package main

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/sys"
)

var big [64 << 10]byte

// pattern is byte i of a long transfer.
func pattern(i int) byte { return byte(i*7 + i>>8*13 + i>>16) }

// Does everything written into a pipe come out, in order, with odd sizes on both sides?
func pipeData() {
	const total = 1<<20 + 12345
	r, w := pipe()
	pid := fork(func() {
		sys.Close(r)
		for i, size := 0, 1; i < total; size = size*5%9973 + 1 {
			n := min(size, total-i)
			for j := range n {
				big[j] = pattern(i + j)
			}
			for at := 0; at < n; {
				m, e := sys.Write(w, big[at:n])
				ok(e, "write")
				at += m
			}
			i += n
		}
	})
	sys.Close(w)
	for i, size := 0, 3; ; size = size*3%12289 + 1 {
		n, e := sys.Read(r, big[:size])
		ok(e, "read")
		if n == 0 {
			equal(i, total, "bytes through the pipe")
			break
		}
		for j := range n {
			if big[j] != pattern(i+j) {
				equal(i+j, -1, "the first wrong byte's place")
			}
		}
		i += n
	}
	ended(wait(pid), 0, "writer")
}

// Does read return what is there rather than wait for more?
func pipePartial() {
	r, w := pipe()
	sys.WriteString(w, "abc")
	n, e := sys.Read(r, big[:])
	ok(e, "read")
	equal(n, 3, "bytes read")
	sys.WriteString(w, "defgh")
	n, _ = sys.Read(r, big[:2])
	same(sys.Text(big[:n]), "de", "a short read")
	n, _ = sys.Read(r, big[:])
	same(sys.Text(big[:n]), "fgh", "the rest")
	n, e = sys.Read(r, big[:0])
	ok(e, "read of nothing")
	equal(n, 0, "read of nothing")
}

// Does read wait for a writer, and end when the last has closed?
func pipeBlocks() {
	r, w := pipe()
	pid := fork(func() {
		sys.Close(r)
		sys.Sleep(30e6)
		sys.WriteString(w, "late")
		sys.Sleep(30e6)
	})
	sys.Close(w)
	start := sys.Now()
	n, e := sys.Read(r, big[:])
	ok(e, "read")
	equal(n, 4, "bytes read")
	check(sys.Now()-start >= 20e6, "read did not wait")
	n, e = sys.Read(r, big[:])
	ok(e, "read at the end")
	equal(n, 0, "read at the end")
	check(sys.Now()-start >= 50e6, "the end came before the writer's close")
	ended(wait(pid), 0, "writer")
}

// Does write wait while a pipe is full, until a reader takes some?
func pipeFull() {
	r, w := pipe()
	sys.Fcntl(w, sys.F_SETFL, sys.O_NONBLOCK)
	capacity := 0
	for {
		n, e := sys.Write(w, big[:4096])
		if e != 0 {
			errno(e, sys.EAGAIN, "write to a full pipe with O_NONBLOCK")
			break
		}
		capacity += n
	}
	equal(capacity, 65536, "capacity")
	sys.Fcntl(w, sys.F_SETFL, 0)
	pid := fork(func() {
		n, e := sys.Write(w, big[:8192])
		ok(e, "write")
		equal(n, 8192, "a blocked write's result")
	})
	sys.Sleep(20e6)
	got, _ := sys.Wait4(pid, nil, sys.WNOHANG, nil)
	equal(got, 0, "the writer has ended though the pipe is full")
	for at := 0; at < 65536; {
		n, e := sys.Read(r, big[:])
		ok(e, "read")
		at += n
	}
	ended(wait(pid), 0, "writer")
}

// Are writes of up to PIPE_BUF (4096) bytes from several writers never mixed?
func pipeAtomic() {
	const writers, rounds, size = 4, 40, 3000
	r, w := pipe()
	for id := range writers {
		fork(func() {
			for i := range size {
				big[i] = byte('a' + id)
			}
			for range rounds {
				n, e := sys.Write(w, big[:size])
				ok(e, "write")
				equal(n, size, "bytes written")
			}
		})
	}
	sys.Close(w)
	total, run, last := 0, 0, byte(0)
	for {
		n, e := sys.Read(r, big[:])
		ok(e, "read")
		if n == 0 {
			break
		}
		for _, c := range big[:n] {
			if run%size != 0 && c != last {
				fail("writes are mixed")
			}
			last = c
			run++
		}
		total += n
	}
	equal(total, writers*rounds*size, "bytes read")
	for range writers {
		var status sys.WaitStatus
		sys.Wait4(-1, &status, 0, nil)
		ended(status, 0, "writer")
	}
}

// A pipe without readers: SIGPIPE, and EPIPE if that is ignored.
func pipeBroken() {
	r, w := pipe()
	sys.Close(r)
	dies(func() { sys.WriteString(w, "x") }, sys.SIGPIPE, "write without a reader")
	ok(sys.Catch(sys.SIGPIPE, onSignal, 0, 0), "rt_sigaction")
	_, e := sys.WriteString(w, "x")
	errno(e, sys.EPIPE, "write with SIGPIPE caught")
	equal(int(caught), 1, "SIGPIPE")
	sys.Ignore(sys.SIGPIPE)
	_, e = sys.WriteString(w, "x")
	errno(e, sys.EPIPE, "write with SIGPIPE ignored")

	r, w = pipe()
	pid := fork(func() {
		sys.Close(r)
		for {
			if _, e := sys.Write(w, big[:]); e != 0 {
				errno(e, sys.EPIPE, "a blocked write when the reader goes")
				sys.Exit(0)
			}
		}
	})
	sys.Sleep(20e6)
	sys.Close(r)
	ended(wait(pid), 0, "writer")
}

// O_NONBLOCK: EAGAIN from an empty pipe, the end still the end.
func pipeNonblock() {
	var fd [2]int32
	ok(sys.Pipe2(&fd, sys.O_NONBLOCK|sys.O_CLOEXEC), "pipe2")
	r, w := int(fd[0]), int(fd[1])
	_, e := sys.Read(r, big[:])
	errno(e, sys.EAGAIN, "read of an empty pipe")
	f, _ := sys.Fcntl(r, sys.F_GETFL, 0)
	equal(f, sys.O_RDONLY|sys.O_NONBLOCK, "F_GETFL of the read end")
	f, _ = sys.Fcntl(w, sys.F_GETFL, 0)
	equal(f, sys.O_WRONLY|sys.O_NONBLOCK, "F_GETFL of the write end")
	f, _ = sys.Fcntl(w, sys.F_GETFD, 0)
	equal(f, sys.FD_CLOEXEC, "F_GETFD")
	sys.Close(w)
	n, e := sys.Read(r, big[:])
	ok(e, "read at the end")
	equal(n, 0, "read at the end")
}

// The wrong end, seeking, wrong flags.
func pipeErrors() {
	r, w := pipe()
	_, e := sys.Read(w, big[:1])
	errno(e, sys.EBADF, "read from the write end")
	_, e = sys.WriteString(r, "x")
	errno(e, sys.EBADF, "write to the read end")
	_, e = sys.Lseek(r, 0, sys.SEEK_SET)
	errno(e, sys.ESPIPE, "lseek")
	_, e = sys.Pread(r, big[:1], 0)
	errno(e, sys.ESPIPE, "pread64")
	_, e = sys.Pwrite(w, big[:1], 0)
	errno(e, sys.ESPIPE, "pwrite64")
	var fd [2]int32
	errno(sys.Pipe2(&fd, 1), sys.EINVAL, "pipe2 with unknown flags")
	var t sys.Termios
	errno(sys.Tcgetattr(r, &t), sys.ENOTTY, "TCGETS")
	var st sys.Stat
	ok(sys.Fstat(r, &st), "fstat")
	equal(int(st.Mode&0o170000), 0o010000, "file type")
}

// A chain of processes, as a shell makes them: does the end travel through?
func pipeChain() {
	const links, total = 5, 100_000
	r0, w0 := pipe()
	input := r0
	for range links {
		r, w := pipe()
		fork(func() {
			sys.Close(w0)
			sys.Close(r)
			for {
				n, e := sys.Read(input, big[:1000])
				ok(e, "read")
				if n == 0 {
					return
				}
				for at := 0; at < n; {
					m, e := sys.Write(w, big[at:n])
					ok(e, "write")
					at += m
				}
			}
		})
		sys.Close(w)
		sys.Close(input)
		input = r
	}
	source := fork(func() {
		sys.Close(input)
		for sent := 0; sent < total; {
			n, e := sys.Write(w0, big[:min(7777, total-sent)])
			ok(e, "write")
			sent += n
		}
	})
	sys.Close(w0)
	got := 0
	for {
		n, e := sys.Read(input, big[:])
		ok(e, "read")
		if n == 0 {
			break
		}
		got += n
	}
	equal(got, total, "bytes at the end of the chain")
	ended(wait(source), 0, "source")
	for range links {
		var status sys.WaitStatus
		sys.Wait4(-1, &status, 0, nil)
		ended(status, 0, "link")
	}
}

// readv and writev with a pipe and with a file, and their bad counts.
func vectors() {
	var a, b [4]byte
	copy(a[:], "abcd")
	copy(b[:], "efgh")
	v := [3]sys.Iovec{{Base: &a[0], Len: 4}, {Base: nil, Len: 0}, {Base: &b[0], Len: 3}}
	fd := create("file")
	n, e := sys.Writev(fd, v[:])
	ok(e, "writev")
	equal(n, 7, "writev")
	same(slurp("file", big[:]), "abcdefg", "file")
	sys.Lseek(fd, 1, sys.SEEK_SET)
	a, b = [4]byte{}, [4]byte{}
	n, e = sys.Readv(fd, v[:])
	ok(e, "readv")
	equal(n, 6, "readv")
	same(sys.Text(a[:]), "bcde", "the first buffer")
	same(sys.Text(b[:2]), "fg", "the second buffer")
	n, e = sys.Readv(fd, v[:0])
	ok(e, "readv of nothing")
	equal(n, 0, "readv of nothing")
	raw(sys.Syscall3(syscall.SYS_READV, uintptr(fd), uintptr(unsafe.Pointer(&v)), 1025), sys.EINVAL, "readv with too many buffers")
	raw(sys.Syscall3(syscall.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(&v)), ^uintptr(0)), sys.EINVAL, "writev with -1 buffers")
	v[0].Len = 1 << 63
	raw(sys.Syscall3(syscall.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(&v)), 3), sys.EINVAL, "writev of a negative length")
}

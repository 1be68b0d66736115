package ksyscall

import (
	"syscall"

	"gossamer/kernel/fs"
	"gossamer/kernel/mem"
	"gossamer/proc"
)

// Descriptors and open files.

func open(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return doOpen(l, cwd, a[0], a[1], a[2])
}

func openat(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return doOpen(l, a[0], a[1], a[2], a[3])
}

func doOpen(l *proc.LWP, dirfd, at, flags, mode uint64) (uint64, syscall.Errno) {
	if !heapOK(l) {
		return 0, syscall.ENFILE
	}
	n, path, errno := pathFrom(l, dirfd, at)
	if errno != 0 {
		return 0, errno
	}
	p := l.Process()
	f, err := p.System().FS.Open(l.Thread, n, path, int(int32(flags)), p.Mode(uint32(mode)))
	if err != nil {
		return result(err)
	}
	return addFile(l, f, flags&syscall.O_CLOEXEC != 0)
}

// addFile gives a new file a descriptor.
func addFile(l *proc.LWP, f *fs.File, cloexec bool) (uint64, syscall.Errno) {
	fd, errno := l.Process().Files().Add(f, 0, cloexec)
	if errno != 0 {
		f.Close()
	}
	return uint64(fd), errno
}

func closeFD(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return 0, l.Process().Files().Close(fd(a[0]))
}

func lseek(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	f, errno := l.Process().Files().Get(fd(a[0]))
	if errno != 0 {
		return 0, errno
	}
	defer f.Close()
	off, err := f.Seek(int64(a[1]), int(int32(a[2])))
	return uint64(off), proc.Errno(err)
}

func ftruncate(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	f, errno := l.Process().Files().Get(fd(a[0]))
	if errno != 0 {
		return 0, errno
	}
	defer f.Close()
	return result(f.Truncate(int64(a[1])))
}

func fstat(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	f, errno := l.Process().Files().Get(fd(a[0]))
	if errno != 0 {
		return 0, errno
	}
	defer f.Close()
	var st syscall.Stat_t
	f.Stat(&st)
	return 0, put(l, a[1], &st)
}

func getdents64(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	f, errno := l.Process().Files().Get(fd(a[0]))
	if errno != 0 {
		return 0, errno
	}
	defer f.Close()
	buf, big := buffer(l, uint64(uint32(a[2])))
	defer giveBack(big)
	pos, err := f.Seek(0, 1)
	if err != nil {
		return 0, syscall.ENOTDIR
	}
	n, err := f.ReadDir(l.Thread, buf)
	if err != nil {
		return result(err)
	}
	if err := l.Space().CopyOut(mem.VirtAddr(a[1]), buf[:n]); err != nil {
		f.Seek(pos, 0) // what nobody has seen comes again
		return result(err)
	}
	return uint64(n), 0
}

func dup(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	n, errno := l.Process().Files().Dup(fd(a[0]), 0, false)
	return uint64(n), errno
}

func dup2(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	from, to := fd(a[0]), fd(a[1])
	if from == to {
		_, errno := l.Process().Files().CloseOnExec(from)
		return uint64(to), errno
	}
	return uint64(to), l.Process().Files().Dup2(from, to, false)
}

func dup3(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	from, to := fd(a[0]), fd(a[1])
	if from == to || a[2]&^syscall.O_CLOEXEC != 0 {
		return 0, syscall.EINVAL
	}
	return uint64(to), l.Process().Files().Dup2(from, to, a[2] != 0)
}

func pipe(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) { return doPipe(l, a[0], 0) }

func pipe2(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) { return doPipe(l, a[0], a[1]) }

func doPipe(l *proc.LWP, at, flags uint64) (uint64, syscall.Errno) {
	if flags&^(syscall.O_CLOEXEC|syscall.O_NONBLOCK) != 0 {
		return 0, syscall.EINVAL
	}
	if !heapOK(l) {
		return 0, syscall.ENFILE
	}
	files := l.Process().Files()
	r, w := l.Process().System().FS.NewPipe(int(flags))
	cloexec := flags&syscall.O_CLOEXEC != 0
	rfd, errno := addFile(l, r, cloexec)
	if errno != 0 {
		w.Close()
		return 0, errno
	}
	wfd, errno := addFile(l, w, cloexec)
	if errno != 0 {
		files.Close(int(rfd))
		return 0, errno
	}
	if errno := put(l, at, &[2]int32{int32(rfd), int32(wfd)}); errno != 0 {
		files.Close(int(rfd))
		files.Close(int(wfd))
		return 0, errno
	}
	return 0, 0
}

// Commands of fcntl(2).
const (
	fDupfd        = 0
	fGetfd        = 1
	fSetfd        = 2
	fGetfl        = 3
	fSetfl        = 4
	fDupfdCloexec = 1030
	fdCloexec     = 1
)

func fcntl(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	files, n := l.Process().Files(), fd(a[0])
	f, errno := files.Get(n)
	if errno != 0 {
		return 0, errno
	}
	defer f.Close()
	switch int32(a[1]) {
	case fDupfd, fDupfdCloexec:
		nfd, errno := files.Dup(n, fd(a[2]), int32(a[1]) == fDupfdCloexec)
		return uint64(nfd), errno
	case fGetfd:
		on, errno := files.CloseOnExec(n)
		if on {
			return fdCloexec, errno
		}
		return 0, errno
	case fSetfd:
		return 0, files.SetCloseOnExec(n, a[2]&fdCloexec != 0)
	case fGetfl:
		return uint64(f.Flags()), 0
	case fSetfl:
		f.SetFlags(int(int32(a[2])))
		return 0, 0
	}
	return 0, syscall.EINVAL
}

func ioctl(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	f, errno := l.Process().Files().Get(fd(a[0]))
	if errno != 0 {
		return 0, errno
	}
	defer f.Close()
	req := uintptr(uint32(a[1]))
	in, out, ok := fs.IoctlSize(req)
	if !ok {
		return 0, syscall.ENOTTY
	}
	buf := l.Buffer()[:max(in, out)]
	clear(buf)
	if err := l.Space().CopyIn(buf[:in], mem.VirtAddr(a[2])); err != nil {
		return result(err)
	}
	if err := f.Ioctl(l.Thread, req, uintptr(a[2]), buf); err != nil {
		return result(err)
	}
	return result(l.Space().CopyOut(mem.VirtAddr(a[2]), buf[:out]))
}

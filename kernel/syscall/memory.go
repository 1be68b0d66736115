package ksyscall

import (
	"syscall"

	"gossamer/kernel/mem"
	"gossamer/proc"
)

// Memory: mmap(2) and its family.

// Flags of mmap that package syscall lacks.
const (
	mapSharedValidate = 0x03
	mapTypeMask       = 0x0f
	mapFixedNoReplace = 0x100000
	mapGuarded        = 1 << 25 // Gossamer's, with a number n as MAP_HUGE_SHIFT has it: mem.Guards
	mapGuardedShift   = 26
)

func prot(r uint64) (mem.Prot, syscall.Errno) {
	if r&^(syscall.PROT_READ|syscall.PROT_WRITE|syscall.PROT_EXEC) != 0 {
		return 0, syscall.EINVAL
	}
	return mem.Prot(r), 0 // the same three bits
}

func mmap(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	addr, length, flags, off := a[0], a[1], a[3], int64(a[5])
	p, errno := prot(a[2])
	if errno != 0 {
		return 0, errno
	}
	if !heapOK(l) {
		return 0, syscall.ENOMEM
	}
	var mf mem.MapFlags
	switch flags & mapTypeMask {
	case syscall.MAP_PRIVATE:
	case syscall.MAP_SHARED, mapSharedValidate:
		mf = mem.Shared
	default:
		return 0, syscall.EINVAL
	}
	if flags&syscall.MAP_FIXED != 0 {
		mf |= mem.Fixed
	}
	if flags&mapFixedNoReplace != 0 {
		mf |= mem.FixedNoReplace
	}
	if flags&(syscall.MAP_GROWSDOWN|syscall.MAP_STACK) != 0 {
		mf |= mem.GuardBelow
	}
	if flags&mapGuarded != 0 {
		n := mem.MapFlags(flags >> mapGuardedShift & 63)
		if n == 0 {
			return 0, syscall.EINVAL
		}
		mf |= n * mem.Guards
	}
	var b mem.Backing
	if flags&syscall.MAP_ANONYMOUS != 0 {
		mf |= mem.Anonymous
	} else {
		f, errno := l.Process().Files().Get(fd(a[4]))
		if errno != 0 {
			return 0, errno
		}
		defer f.Close() // Map holds the file itself
		r := f.Regular()
		mode := f.Flags() & syscall.O_ACCMODE
		switch {
		case r == nil:
			return 0, syscall.ENODEV
		case mode == syscall.O_WRONLY, mf&mem.Shared != 0 && p&mem.Write != 0 && mode != syscall.O_RDWR:
			return 0, syscall.EACCES
		case mf&mem.Shared != 0 && mode != syscall.O_RDWR:
			mf |= mem.DenyWrite
		}
		b = r
	}
	at, err := l.Space().Map(mem.VirtAddr(addr), length, p, mf, b, off)
	return uint64(at), proc.Errno(err)
}

func munmap(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return result(l.Space().Unmap(mem.VirtAddr(a[0]), a[1]))
}

func mprotect(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	p, errno := prot(a[2])
	if errno != 0 {
		return 0, errno
	}
	return result(l.Space().Protect(mem.VirtAddr(a[0]), a[1], p))
}

func madvise(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return result(l.Space().Advise(mem.VirtAddr(a[0]), a[1], mem.Advice(int32(a[2]))))
}

func brk(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return uint64(l.Space().Brk(mem.VirtAddr(a[0]))), 0
}

package sys

import "syscall"

// Protections and flags of Mmap.
const (
	PROT_NONE  = 0
	PROT_READ  = 1
	PROT_WRITE = 2
	PROT_EXEC  = 4

	MAP_SHARED    = 1
	MAP_PRIVATE   = 2
	MAP_FIXED     = 0x10
	MAP_ANONYMOUS = 0x20
	MAP_NORESERVE = 0x4000

	// MAP_GUARDED is Gossamer's: n << MAP_GUARDED_SHIFT beside it has the lowest page of every 2ⁿ
	// bytes, aligned, missing, for n from 13 to 47. Private anonymous mappings only; else EINVAL.
	MAP_GUARDED       = 1 << 25
	MAP_GUARDED_SHIFT = 26

	MADV_DONTNEED = 4

	PageSize = 4096
)

// Mmap maps length bytes and returns their address; see mmap(2).
func Mmap(addr, length uintptr, prot, flags, fd int, off int64) (uintptr, Errno) {
	n, e := Result(Syscall6(syscall.SYS_MMAP, addr, length, uintptr(prot), uintptr(flags), uintptr(fd), uintptr(off)))
	return uintptr(n), e
}

// MmapAnon maps zeroed private memory, readable and writable, anywhere.
func MmapAnon(length uintptr) (uintptr, Errno) {
	return Mmap(0, length, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)
}

func Munmap(addr, length uintptr) Errno { return Err(Syscall2(syscall.SYS_MUNMAP, addr, length)) }

func Mprotect(addr, length uintptr, prot int) Errno {
	return Err(Syscall3(syscall.SYS_MPROTECT, addr, length, uintptr(prot)))
}

func Madvise(addr, length uintptr, advice int) Errno {
	return Err(Syscall3(syscall.SYS_MADVISE, addr, length, uintptr(advice)))
}

// Brk sets the end of the data segment and returns the end that is now in force: the old
// one if the request was refused, as Linux's system call (not libc's brk) does.
func Brk(addr uintptr) uintptr { return Syscall1(syscall.SYS_BRK, addr) }

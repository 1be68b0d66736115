package sys

import "syscall"

// Errno is an error number; zero means success.
type Errno = syscall.Errno

// The error numbers this tree's programs name.
const (
	OK           = Errno(0)
	EPERM        = syscall.EPERM
	ENOENT       = syscall.ENOENT
	ESRCH        = syscall.ESRCH
	EINTR        = syscall.EINTR
	EIO          = syscall.EIO
	E2BIG        = syscall.E2BIG
	ENOEXEC      = syscall.ENOEXEC
	EBADF        = syscall.EBADF
	ECHILD       = syscall.ECHILD
	EAGAIN       = syscall.EAGAIN
	ENOMEM       = syscall.ENOMEM
	EACCES       = syscall.EACCES
	EFAULT       = syscall.EFAULT
	EBUSY        = syscall.EBUSY
	EEXIST       = syscall.EEXIST
	EXDEV        = syscall.EXDEV
	ENODEV       = syscall.ENODEV
	ENOTDIR      = syscall.ENOTDIR
	EISDIR       = syscall.EISDIR
	EINVAL       = syscall.EINVAL
	EMFILE       = syscall.EMFILE
	ENOTTY       = syscall.ENOTTY
	EFBIG        = syscall.EFBIG
	ENOSPC       = syscall.ENOSPC
	ESPIPE       = syscall.ESPIPE
	EROFS        = syscall.EROFS
	EPIPE        = syscall.EPIPE
	ERANGE       = syscall.ERANGE
	ENAMETOOLONG = syscall.ENAMETOOLONG
	ENOSYS       = syscall.ENOSYS
	ENOTEMPTY    = syscall.ENOTEMPTY
	ELOOP        = syscall.ELOOP
	EOVERFLOW    = syscall.EOVERFLOW
	ETIMEDOUT    = syscall.ETIMEDOUT
	EALREADY     = syscall.EALREADY
	EDEADLK      = syscall.EDEADLK
)

// Raw system calls: the kernel's result register, unexamined. Pointers are to be converted
// in the argument itself, uintptr(unsafe.Pointer(&x)), which keeps x alive for the call.
func Syscall0(nr uintptr) uintptr
func Syscall1(nr, a0 uintptr) uintptr
func Syscall2(nr, a0, a1 uintptr) uintptr
func Syscall3(nr, a0, a1, a2 uintptr) uintptr
func Syscall4(nr, a0, a1, a2, a3 uintptr) uintptr
func Syscall5(nr, a0, a1, a2, a3, a4 uintptr) uintptr
func Syscall6(nr, a0, a1, a2, a3, a4, a5 uintptr) uintptr

// Repeat makes the same system call n times (n > 0) in a loop of four instructions and
// drops the results: for measuring.
func Repeat(nr, a0, a1, a2, n uintptr)

// RDTSC reads the time-stamp counter.
func RDTSC() uint64

// Result splits a raw result into a value (-1 on failure) and an error number.
func Result(r uintptr) (int, Errno) {
	if r > ^uintptr(4095) {
		return -1, Errno(-r)
	}
	return int(r), 0
}

// Err returns the error number of a raw result, zero for success.
func Err(r uintptr) Errno {
	if r > ^uintptr(4095) {
		return Errno(-r)
	}
	return 0
}

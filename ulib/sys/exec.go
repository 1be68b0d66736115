package sys

import (
	"syscall"
	"unsafe"
)

// A Vector is an argument or environment list for [Exec]. It is large: keep it in a
// package variable.
type Vector struct {
	ptr  [129]uintptr
	buf  [16 << 10]byte
	n    int
	used int
}

// Reset empties the list.
func (v *Vector) Reset() { v.n, v.used = 0, 0 }

// Len is the number of strings.
func (v *Vector) Len() int { return v.n }

// Add appends a copy of s; false if there is no room.
func (v *Vector) Add(s string) bool {
	if v.n >= len(v.ptr)-1 || len(s)+1 > len(v.buf)-v.used {
		return false
	}
	v.ptr[v.n] = uintptr(unsafe.Pointer(&v.buf[v.used]))
	v.n++
	v.used += copy(v.buf[v.used:], s)
	v.buf[v.used] = 0
	v.used++
	return true
}

// At returns string i.
func (v *Vector) At(i int) string { return CString(v.ptr[i]) }

// Exec replaces the program; it returns only on failure. envp is a null-ended list of
// addresses such as [Envp], or 0 for none.
func Exec(path string, argv *Vector, envp uintptr) Errno {
	argv.ptr[argv.n] = 0
	_, e := path1(syscall.SYS_EXECVE, path, uintptr(unsafe.Pointer(&argv.ptr)), envp)
	return e
}

// Envp is the list in the form execve takes.
func (v *Vector) Envp() uintptr {
	v.ptr[v.n] = 0
	return uintptr(unsafe.Pointer(&v.ptr))
}

package amd64

import "unsafe"

//go:noescape
func copyUser(dst, src unsafe.Pointer, n uintptr, root uint64) (left uintptr)

//go:noescape
func copyFixups(p *[4]uintptr)

// CopyFromUser copies n bytes to kernel memory at k from user memory at va in the address space
// root, up to the first page fault, and returns how many bytes were not copied. The caller has
// checked that the range is the user's.
func CopyFromUser(k unsafe.Pointer, va, n uintptr, root uint64) (left uintptr) {
	return copyUser(k, unsafe.Pointer(va), n, root)
}

// CopyToUser is CopyFromUser the other way.
func CopyToUser(va uintptr, k unsafe.Pointer, n uintptr, root uint64) (left uintptr) {
	return copyUser(unsafe.Pointer(va), k, n, root)
}

// CopyFixup returns where to go on after a page fault at ip on address va, or 0 if the
// fault was not in a copy from or to user memory. Bare.
func CopyFixup(ip, va uint64) uint64 {
	if va >= 1<<47 {
		return 0
	}
	var f [4]uintptr
	copyFixups(&f)
	switch uintptr(ip) {
	case f[0]:
		return uint64(f[1])
	case f[2]:
		return uint64(f[3])
	}
	return 0
}

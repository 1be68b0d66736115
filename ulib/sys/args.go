package sys

import "unsafe"

// word reads the argument block, which the kernel made and nothing else moves.
func word(p uintptr) uintptr { return *(*uintptr)(unsafe.Pointer(p)) }

// CString is the NUL-terminated string at p, without copying it.
func CString(p uintptr) string {
	n := 0
	for *(*byte)(unsafe.Pointer(p + uintptr(n))) != 0 {
		n++
	}
	return unsafe.String((*byte)(unsafe.Pointer(p)), n)
}

// Argc is the number of arguments, the program's name included.
func Argc() int { return int(word(boot.args)) }

// Arg returns argument i; 0 is the program's name. Out of range it is empty.
func Arg(i int) string {
	if i < 0 || i >= Argc() {
		return ""
	}
	return CString(word(boot.args + 8 + 8*uintptr(i)))
}

// Argv is the address of the argument pointers, Envp of the environment's, each ended by a
// null word; in the form execve takes.
func Argv() uintptr { return boot.args + 8 }
func Envp() uintptr { return boot.args + 8*uintptr(Argc()+2) }

// VectorAt returns string i of a null-ended list of addresses such as [Envp]; false past its end,
// which is to be looked for in order.
func VectorAt(list uintptr, i int) (s string, ok bool) {
	at := word(list + 8*uintptr(i))
	if at == 0 {
		return "", false
	}
	return CString(at), true
}

// Getenv returns the value of a variable.
func Getenv(name string) (value string, found bool) {
	for p := Envp(); word(p) != 0; p += 8 {
		s := CString(word(p))
		if len(s) > len(name) && s[len(name)] == '=' && s[:len(name)] == name {
			return s[len(name)+1:], true
		}
	}
	return "", false
}

// Keys of the auxiliary vector.
const (
	AT_PHDR   = 3
	AT_PHENT  = 4
	AT_PHNUM  = 5
	AT_PAGESZ = 6
	AT_ENTRY  = 9
	AT_RANDOM = 25
	AT_EXECFN = 31
)

// Auxv returns the value of an entry of the auxiliary vector.
func Auxv(key uintptr) (value uintptr, found bool) {
	p := Envp()
	for word(p) != 0 {
		p += 8
	}
	for p += 8; word(p) != 0; p += 16 {
		if word(p) == key {
			return word(p + 8), true
		}
	}
	return 0, false
}

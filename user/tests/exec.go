package main

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/sys"
)

// Do arguments and environment arrive, empty and long ones too?
func execArguments() {
	r, w := pipe()
	for i := range 3000 {
		big[i] = 'L'
	}
	long := sys.Text(big[:3000])
	pid := fork(func() {
		sys.Dup2(w, 1)
		sys.Close(r)
		sys.Close(w)
		command("print")
		argv.Add("one")
		argv.Add("")
		argv.Add("two words")
		argv.Add(long)
		envv.Add("A=1")
		envv.Add("EMPTY=")
		sys.Exec(self.String(), &argv, envv.Envp())
		sys.Exit(99)
	})
	sys.Close(w)
	text := sys.Text(readAll(r, big[4000:]))
	ended(wait(pid), 0, "the new program")
	for _, want := range [...]string{"one", "", "two words", long, "A=1", "EMPTY="} {
		var line string
		line, text = sys.Line(text)
		same(line, want, "argument or variable")
	}
	same(text, "", "what follows")
}

// Is the auxiliary vector there, and the stack aligned?
func execAuxv() {
	exits(func() {
		command("auxv")
		execSelf()
	}, 0, "the new program")
}

// A null argv or envp is an empty one.
func execNullVectors() {
	var path [sys.PathMax]byte
	copy(path[:], self.String())
	exits(func() {
		sys.Syscall3(syscall.SYS_EXECVE, uintptr(unsafe.Pointer(&path)), 0, 0)
		sys.Exit(99)
	}, statusNameless, "the tests program without arguments")
}

// The new program has none of the old one's memory, and a fresh heap end.
func execMemory() {
	p := anon(sys.PageSize)
	check(sys.Brk(sys.Brk(0)+sys.PageSize) != 0, "brk")
	exits(func() {
		command("exit")
		argv.Add("3")
		execSelf()
	}, 3, "the new program")
	store(p, 1)
}

// What does execve refuse, and does the caller go on unharmed?
func execErrors() {
	command("exit")
	errno(sys.Exec("none", &argv, 0), sys.ENOENT, "nothing")
	errno(sys.Exec("", &argv, 0), sys.ENOENT, "an empty path")
	errno(sys.Exec(".", &argv, 0), sys.EACCES, "a folder")
	put("plain", "text")
	errno(sys.Exec("plain", &argv, 0), sys.EACCES, "a file without execute permission")
	errno(sys.Exec("plain/x", &argv, 0), sys.ENOTDIR, "a path through a file")
	errno(sys.Exec("/dev/null", &argv, 0), sys.EACCES, "a device")
	program("text", []byte("text"))
	errno(sys.Exec("text", &argv, 0), sys.ENOEXEC, "a text")
	program("empty", nil)
	errno(sys.Exec("empty", &argv, 0), sys.ENOEXEC, "an empty file")
}

// Do arguments that are too many fail with E2BIG?
func execTooBig() {
	const size = 32 << 20
	block := anon(size)
	for i := uintptr(0); i < size-8*4096; i += 8 {
		*(*uintptr)(unsafe.Pointer(block + i)) = block + size - 4096
	}
	store(block+size-4096, 'x')
	var path [sys.PathMax]byte
	copy(path[:], self.String())
	raw(sys.Syscall3(syscall.SYS_EXECVE, uintptr(unsafe.Pointer(&path)), block, 0), sys.E2BIG, "four million arguments")
}

// program makes an executable file.
func program(name string, contents []byte) {
	sys.Unlink(name)
	fd, e := sys.Open(name, sys.O_WRONLY|sys.O_CREAT|sys.O_TRUNC, 0o755)
	ok(e, "create")
	if len(contents) > 0 {
		n, e := sys.Write(fd, contents)
		ok(e, "write")
		equal(n, len(contents), "bytes written")
	}
	sys.Close(fd)
}

// A small executable: header, one segment, and code that exits with status 42.
const (
	elfSize = 64 + 56 + 12
	elfBase = 0x400000
)

var elf [elfSize]byte

func put16(at int, v uint16) { elf[at], elf[at+1] = byte(v), byte(v>>8) }
func put32(at int, v uint32) { put16(at, uint16(v)); put16(at+2, uint16(v>>16)) }
func put64(at int, v uint64) { put32(at, uint32(v)); put32(at+4, uint32(v>>32)) }

func makeELF() {
	elf = [elfSize]byte{0x7f, 'E', 'L', 'F', 2, 1, 1}
	put16(16, 2)           // e_type: ET_EXEC
	put16(18, 62)          // e_machine: x86-64
	put32(20, 1)           // e_version
	put64(24, elfBase+120) // e_entry
	put64(32, 64)          // e_phoff
	put16(52, 64)          // e_ehsize
	put16(54, 56)          // e_phentsize
	put16(56, 1)           // e_phnum
	put32(64, 1)           // p_type: PT_LOAD
	put32(68, 5)           // p_flags: read, execute
	put64(80, elfBase)     // p_vaddr
	put64(88, elfBase)     // p_paddr
	put64(96, elfSize)     // p_filesz
	put64(104, elfSize)    // p_memsz
	put64(112, 4096)       // p_align
	// mov $42, %edi; mov $231, %eax; syscall
	copy(elf[120:], []byte{0xbf, 42, 0, 0, 0, 0xb8, 231, 0, 0, 0, 0x0f, 0x05})
}

// Does the least program run, and one change to its header make it ENOEXEC?
func execHeaders() {
	makeELF()
	program("good", elf[:])
	argv.Reset()
	argv.Add("good")
	exits(func() { sys.Exec("good", &argv, 0) }, 42, "the least program")
	for i := range 5 {
		makeELF()
		size := elfSize
		switch i {
		case 0:
			elf[1] = 'e'
		case 1:
			put16(18, 40) // another machine
		case 2:
			put16(16, 1) // an object file
		case 3:
			put16(54, 32) // p_entsize of ELF32
		case 4:
			size = 50 // header cut off
		}
		program("bad", elf[:size])
		errno(sys.Exec("bad", &argv, 0), sys.ENOEXEC, "a broken header")
	}
}

// survives executes elf in a child: an error, death or a run are all fine, so long as the
// child ends.
func survives(size int) {
	program("odd", elf[:size])
	argv.Reset()
	argv.Add("odd")
	pid := fork(func() { sys.Exec("odd", &argv, 0) })
	if _, ended := waitLimited(pid, 5e9); !ended {
		sys.Kill(pid, sys.SIGKILL)
		wait(pid)
	}
}

// Corrupt executables, one wild field each.
func execCorrupt() {
	wild := [...]uint64{0, 1, 7, 4095, 4096, 0xffff, 1 << 31, 1<<31 - 1, 1<<32 - 1, 1 << 40, 1 << 47, 1<<47 - 4096,
		1 << 62, 1<<63 - 1, 1 << 63, ^uint64(0), ^uint64(4095), 0xffff800000000000, 0xffffffff80200000}
	for _, v := range wild {
		for _, at := range [...]int{24, 32, 72, 80, 96, 104, 112} {
			makeELF()
			put64(at, v)
			survives(elfSize)
		}
		for _, at := range [...]int{64, 68} {
			makeELF()
			put32(at, uint32(v))
			survives(elfSize)
		}
		for _, at := range [...]int{52, 54, 56} {
			makeELF()
			put16(at, uint16(v))
			survives(elfSize)
		}
	}
	for size := 0; size < elfSize; size += 11 {
		makeELF()
		survives(size)
	}
	exits(func() {
		command("exit")
		argv.Add("5")
		execSelf()
	}, 5, "a good program afterwards")
}

// Corrupt executables, with random bytes anywhere in the headers.
func execRandom() {
	state := uint64(12345)
	for range 300 {
		makeELF()
		for range 1 + random(&state)%6 {
			elf[4+random(&state)%116] = byte(random(&state))
		}
		survives(elfSize)
	}
}

// random is xorshift64*.
func random(state *uint64) uint64 {
	x := *state
	x ^= x >> 12
	x ^= x << 25
	x ^= x >> 27
	*state = x
	return x * 0x2545f4914f6cdd1d >> 8
}

// A program that is being executed is rewritten: whatever happens to it, others live on.
func execRewritten() {
	makeELF()
	// jmp to itself
	elf[120], elf[121] = 0xeb, 0xfe
	program("loop", elf[:])
	argv.Reset()
	argv.Add("loop")
	pid := fork(func() { sys.Exec("loop", &argv, 0) })
	sys.Sleep(20e6)
	fd, e := sys.Open("loop", sys.O_WRONLY|sys.O_TRUNC, 0)
	if e == 0 {
		sys.Close(fd)
	} else {
		errno(e, syscall.ETXTBSY, "open of a running program for writing")
	}
	makeELF()
	program("next", elf[:])
	ok(sys.Rename("next", "loop"), "rename over a running program")
	sys.Kill(pid, sys.SIGKILL)
	wait(pid)
	exits(func() { sys.Exec("loop", &argv, 0) }, 42, "the new program of the name")
}

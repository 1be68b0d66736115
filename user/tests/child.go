package main

import (
	"unsafe"

	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

var argv, envv sys.Vector

// command makes argv "tests --child mode".
func command(mode string) {
	argv.Reset()
	argv.Add(self.String())
	argv.Add("--child")
	argv.Add(mode)
}

// execSelf executes argv; it does not return.
func execSelf() {
	errno(sys.Exec(self.String(), &argv, sys.Envp()), sys.OK, "execve of the tests program")
	sys.Exit(99)
}

// childMain is this program as the tests execute it.
func childMain() {
	switch sys.Arg(2) {
	case "exit":
		n, _ := sys.ParseInt(sys.Arg(3))
		sys.Exit(n)
	case "print": // each argument, then each variable, on a line
		for i := 3; i < sys.Argc(); i++ {
			out.Out.Str(sys.Arg(i)).NL()
		}
		for p := sys.Envp(); load64(p) != 0; p += 8 {
			out.Out.Str(sys.CString(uintptr(load64(p)))).NL()
		}
		out.Exit(0)
	case "model":
		childModel()
	case "auxv":
		childAuxv()
	case "descriptors": // status: bit n is set if descriptor 10+n is open
		status := 0
		for n := range 7 {
			if _, e := sys.Fcntl(10+n, sys.F_GETFD, 0); e == 0 {
				status |= 1 << n
			}
		}
		sys.Exit(status)
	case "signals":
		childSignals()
	case "thread-id":
		equal(sys.Gettid(), sys.Getpid(), "LWP after execve")
		sys.Exit(0)
	case "spin":
		for {
		}
	}
	sys.Exit(98)
}

// childAuxv checks what a new program finds above its stack.
func childAuxv() {
	v, found := sys.Auxv(sys.AT_PAGESZ)
	check(found && v == sys.PageSize, "AT_PAGESZ")
	v, found = sys.Auxv(sys.AT_PHDR)
	check(found, "AT_PHDR is missing")
	n, _ := sys.Auxv(sys.AT_PHNUM)
	size, _ := sys.Auxv(sys.AT_PHENT)
	equal(int(size), 56, "AT_PHENT")
	check(n > 0 && n < 32, "AT_PHNUM")
	loads := 0
	for i := range n {
		if *(*uint32)(unsafe.Pointer(v + i*size)) == 1 {
			loads++
		}
	}
	check(loads > 0, "AT_PHDR shows no PT_LOAD")
	entry, found := sys.Auxv(sys.AT_ENTRY)
	check(found && entry != 0, "AT_ENTRY")
	random, found := sys.Auxv(sys.AT_RANDOM)
	check(found && load64(random)|load64(random+8) != 0, "AT_RANDOM")
	name, found := sys.Auxv(sys.AT_EXECFN)
	check(found, "AT_EXECFN")
	same(sys.CString(name), sys.Arg(0), "AT_EXECFN")
	check(sys.Argv()&7 == 0 && (sys.Argv()-8)&15 == 0, "the stack is not 16-byte aligned at the entry")
	sys.Exit(0)
}

// childSignals: SIGUSR1 was caught and must be default now, SIGUSR2 was ignored and must
// be still, SIGTERM was blocked and must be still.
func childSignals() {
	var act sys.Sigaction
	ok(sys.SigactionRaw(sys.SIGUSR1, nil, &act), "rt_sigaction")
	equal(int(act.Handler), sys.SIG_DFL, "a caught signal's action after execve")
	ok(sys.SigactionRaw(sys.SIGUSR2, nil, &act), "rt_sigaction")
	equal(int(act.Handler), sys.SIG_IGN, "an ignored signal's action after execve")
	mask, _ := sys.Sigprocmask(sys.SIG_BLOCK, 0)
	check(mask == sys.SigBit(sys.SIGTERM), "the mask after execve")
	pending, _ := sys.Sigpending()
	check(pending == sys.SigBit(sys.SIGTERM), "pending signals after execve")
	sys.Exit(0)
}

package main

import (
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

var newEnv, newArgs sys.Vector

// env runs a program of /bin, or a file named with a slash, with variables added or changed;
// without a program it prints them all. POSIX env.
func env() int {
	first := 1
	for first < argc() && sys.Index(arg(first), "=") > 0 {
		first++
	}
	p := sys.Envp()
	for i := 0; ; i++ {
		s, ok := sys.VectorAt(p, i)
		if !ok {
			break
		}
		if !named(s, first) && !newEnv.Add(s) {
			fail("", sys.E2BIG)
			return 126
		}
	}
	for i := 1; i < first; i++ {
		if !newEnv.Add(arg(i)) {
			fail("", sys.E2BIG)
			return 126
		}
	}
	if first == argc() {
		for i := range newEnv.Len() {
			out.Out.Str(newEnv.At(i)).NL()
		}
		return 0
	}
	for i := first; i < argc(); i++ {
		if !newArgs.Add(arg(i)) {
			fail("", sys.E2BIG)
			return 126
		}
	}
	name := arg(first)
	if sys.Index(name, "/") < 0 {
		name = path.Reset().Add("/bin").Elem(name).String()
	}
	e := sys.Exec(name, &newArgs, newEnv.Envp())
	fail(arg(first), e)
	if e == sys.ENOENT {
		return 127
	}
	return 126
}

// named reports whether a variable is one of those that the first arguments change.
func named(s string, first int) bool {
	n := sys.Index(s, "=") + 1
	for i := 1; i < first; i++ {
		if n > 0 && sys.HasPrefix(arg(i), s[:n]) {
			return true
		}
	}
	return false
}

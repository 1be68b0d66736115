package main

import (
	"sync/atomic"

	"gossamer/ulib/sys"
)

// boxOutput runs a command of /bin/box and returns what it prints; its exit status is to be want.
func boxOutput(want int, words ...string) string {
	return programOutput("/bin/box", want, words...)
}

// programOutput is the same for any program.
func programOutput(path string, want int, words ...string) string {
	r, w := pipe()
	pid := fork(func() {
		sys.Dup2(w, 1)
		sys.Dup2(w, 2)
		sys.Close(r)
		argv.Reset()
		for _, word := range words {
			argv.Add(word)
		}
		sys.Exec(path, &argv, 0)
		sys.Exit(99)
	})
	sys.Close(w)
	text := sys.Text(readAll(r, big[:]))
	sys.Close(r)
	ended(wait(pid), want, path)
	return text
}

// lwpColumns finds the line of an LWP of this process in a list and returns its words from the
// third column on, the state.
func lwpColumns(text string, lid int) (words [10]string, found bool) {
	for text != "" {
		var line string
		line, text = sys.Line(text)
		pid, rest := sys.Field(line)
		id, rest := sys.Field(rest)
		p, isNumber := sys.ParseInt(pid)
		l, also := sys.ParseInt(id)
		if !isNumber || !also || p != sys.Getpid() || l != lid {
			continue
		}
		for i := range words {
			words[i], rest = sys.Field(rest)
		}
		return words, true
	}
	return words, false
}

// Do ps -L and lwps show each LWP, and lwps the one that computes first, with its share?
func lwpLists() {
	launch(0, lwpPark, 0)
	launch(1, lwpSpin, 0)
	untilField(lwps[0].ID, "WaitChannel:", "_lwp_park")
	for atomic.LoadUint32(&common[0]) == 0 {
		sys.Yield()
	}
	text := boxOutput(0, "ps", "-L")
	w, found := lwpColumns(text, lwps[0].ID)
	check(found, "ps -L does not list a parked LWP")
	same(w[0], "sleep", "state")
	same(w[1], "ts", "class")
	same(w[5], "_lwp_park", "wait channel")
	same(w[6], "tests", "name")
	_, found = lwpColumns(text, sys.Gettid())
	check(found, "ps -L does not list this LWP")

	text = boxOutput(0, "lwps", "-b", "-n", "2")
	same(text[:3], "up ", "the first line")
	at := sys.Index(text, "\n\n")
	check(at > 0, "two lists")
	check(sys.Index(text[at+2:], "\n\n") == len(text[at+2:])-2, "no more than two lists")
	second := text[at+2:]
	w, found = lwpColumns(second, lwps[0].ID)
	check(found, "lwps does not list a parked LWP")
	same(w[4], "0.0", "share of a parked LWP")
	same(w[8], "_lwp_park", "wait channel")
	_, second = sys.Line(second)
	head, second := sys.Line(second)
	check(sys.HasPrefix(head, "PID"), "the heading")
	top, _ := sys.Line(second)
	w, found = lwpColumns(top, lwps[1].ID)
	check(found, "the LWP that computes is not the first")
	share, isNumber := sys.ParseInt(w[4][:max(0, len(w[4])-2)])
	check(isNumber && share >= 5 && share <= 110, "share of one that computes")

	boxOutput(2, "lwps", "-n")
	boxOutput(2, "lwps", "-n", "0")
	boxOutput(2, "lwps", "-x")
	boxOutput(2, "ps", "-x")
}

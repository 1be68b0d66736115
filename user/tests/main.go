package main

import (
	"unsafe"

	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// A test is one question. It runs in a child and returns if the answer is right.
type test struct {
	name    string
	run     func()
	seconds int // limit; 0 is defaultSeconds
	only    uint8
}

// Where a test makes sense.
const (
	anywhere     = 0
	gossamerOnly = 1
)

const defaultSeconds = 90

var (
	gossamer bool
	self     sys.Path // this program's file, absolute
	folder   sys.Path // where the tests' folders are made
	number   int      // of the current test, from 1
	nameBuf  [256]byte
	message  [1024]byte
)

func main() {
	if sys.Arg(0) == "" {
		sys.Exit(statusNameless)
	}
	if sys.Arg(1) == "--child" {
		childMain()
	}
	if sys.Argc() > 2 {
		out.Usage("tests [-l | FILTER]")
	}
	filter := sys.Arg(1)
	list := filter == "-l"
	if list {
		filter = ""
	}
	gossamer = sys.OnGossamer()
	findSelf()

	total := 0
	for i := range tests {
		if sys.Match(filter, tests[i].name) {
			total++
			if list {
				out.Out.Str(tests[i].name).NL()
			}
		}
	}
	kernelTests := 0
	for ; gossamer; kernelTests++ {
		name, ok := kernelTest(kernelTests)
		if !ok {
			break
		}
		if sys.Match(filter, name) {
			total++
			if list {
				out.Out.Str(name).NL()
			}
		}
	}
	if list {
		out.Exit(0)
	}

	out.Out.Str("KTAP version 1\n1..").Int(total).NL().Flush()
	makeFolder()
	failed := 0
	for i := range tests {
		if sys.Match(filter, tests[i].name) && !runTest(&tests[i]) {
			failed++
		}
	}
	for i := range kernelTests {
		if name, ok := kernelTest(i); ok && sys.Match(filter, name) && !runKernelTest(i, name) {
			failed++
		}
	}
	sys.Chdir("/")
	sys.RemoveAll(folder.String())
	out.Out.Str("# ").Int(number - failed).Str(" passed, ").Int(failed).Str(" failed\n")
	if failed > 0 {
		out.Exit(1)
	}
	out.Exit(0)
}

// findSelf sets self from argv[0].
func findSelf() {
	var cwd [sys.PathMax]byte
	self.Reset()
	if !sys.HasPrefix(sys.Arg(0), "/") {
		p, _ := sys.Getcwd(cwd[:])
		self.Add(sys.Text(p))
	}
	self.Elem(sys.Arg(0))
}

func makeFolder() {
	sys.Mkdir("/tmp", 0o777)
	folder.Reset().Add("/tmp/tests-").Int(sys.Getpid())
	if e := sys.Mkdir(folder.String(), 0o755); e != 0 {
		out.Out.Error("Bail out! mkdir", folder.String(), e).Flush()
		sys.Exit(1)
	}
}

// verdict prints a test's result line.
func verdict(ok bool, name, directive string) bool {
	if !ok {
		out.Out.Str("not ")
	}
	out.Out.Str("ok ").Int(number).Byte(' ').Str(name)
	if directive != "" {
		out.Out.Str(" # ").Str(directive)
	}
	out.Out.NL().Flush()
	return ok
}

func runTest(t *test) bool {
	number++
	if t.only == gossamerOnly && !gossamer {
		return verdict(true, t.name, "SKIP on another system")
	}
	sys.Chdir(folder.String())
	var dir sys.Path
	dir.Int(number)
	if e := sys.Mkdir(dir.String(), 0o755); e != 0 {
		out.Out.Error("# mkdir", dir.String(), e)
		return verdict(false, t.name, "")
	}
	out.Out.Flush()
	pid, e := sys.Fork()
	if e != 0 {
		out.Out.Error("# fork", "", e)
		return verdict(false, t.name, "")
	}
	if pid == 0 {
		sys.Setpgid(0, 0)
		sys.Chdir(dir.String())
		t.run()
		out.Out.Flush()
		sys.Exit(0)
	}
	sys.Setpgid(pid, pid)
	seconds := t.seconds
	if seconds == 0 {
		seconds = defaultSeconds
	}
	status, ended := waitLimited(pid, int64(seconds)*1e9)
	sys.Kill(-pid, sys.SIGKILL)
	if !ended {
		sys.Wait4(pid, &status, 0, nil)
		out.Out.Str("# not done after ").Int(seconds).Str(" s\n")
		return verdict(false, t.name, "")
	}
	sys.Chdir(folder.String())
	sys.RemoveAll(dir.String())
	switch {
	case status.Signaled():
		out.Out.Str("# killed by ").Str(sys.SignalName(status.Signal())).NL()
	case status.Exited() && status.Status() == statusSkip:
		return verdict(true, t.name, "SKIP this machine cannot show it")
	}
	return verdict(status == 0, t.name, "")
}

// waitLimited polls for pid's end; false if it has not ended after limit ns.
func waitLimited(pid int, limit int64) (status sys.WaitStatus, ended bool) {
	end := sys.Now() + limit
	pause := int64(100e3)
	for {
		got, e := sys.Wait4(pid, &status, sys.WNOHANG, nil)
		if got == pid {
			return status, true
		}
		if e != 0 && e != sys.EINTR || sys.Now() >= end {
			return 0, false
		}
		sys.Sleep(pause)
		pause = min(pause*2, 5e6)
	}
}

// kernelTest returns the name of kernel self-test i, "kernel/" before it; false past the
// last.
func kernelTest(i int) (name string, ok bool) {
	clear(nameBuf[:]) // the kernel ends no name with a zero
	n := copy(nameBuf[:], "kernel/")
	if sys.Err(sys.Syscall3(sys.SysGossamerTest, uintptr(i), uintptr(unsafe.Pointer(&nameBuf[n])), uintptr(len(nameBuf)-n-1))) != 0 {
		return "", false
	}
	for n < len(nameBuf) && nameBuf[n] != 0 {
		n++
	}
	return sys.Text(nameBuf[:n]), true
}

func runKernelTest(i int, name string) bool {
	number++
	clear(message[:])
	e := sys.Err(sys.Syscall3(sys.SysGossamerTestRun, uintptr(i), uintptr(unsafe.Pointer(&message)), uintptr(len(message)-1)))
	if e != 0 {
		out.Out.Str("# ").Str(sys.ErrName(e)).NL()
		for text := sys.CString(uintptr(unsafe.Pointer(&message))); text != ""; {
			var line string
			line, text = sys.Line(text)
			out.Out.Str("# ").Str(line).NL()
		}
	}
	return verdict(e == 0, name, "")
}

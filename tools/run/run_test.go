package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fake is a machine whose QEMU is testdata/qemu.sh with these variables.
func fake(t *testing.T, vars ...string) *machine {
	t.Helper()
	for i := 0; i < len(vars); i += 2 {
		t.Setenv(vars[i], vars[i+1])
	}
	path, err := filepath.Abs("testdata/qemu.sh")
	if err != nil {
		t.Fatal(err)
	}
	c := &config{root: t.TempDir(), qemuPath: path, cpus: 1, mem: "64M", cpu: "max", accel: "tcg", boot: bootWays[0], timeout: 30 * time.Second}
	m, err := c.newMachine("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.close)
	return m
}

// printed calls f with a file to print into and returns what was printed.
func printed(t *testing.T, f func(*os.File)) string {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	f(out)
	data, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

const goodReport = `KTAP version 1\r\n1..2\r\nok 1 a\r\nok 2 b\r\n`

func TestTestStatus(t *testing.T) {
	for _, test := range []struct {
		name, console, end string
		status             int
		summary, says      string
		vars               []string
	}{
		{"pass", goodReport, "33", 0, "2 passed, 0 failed", "", nil},
		{"not ok", `1..2\nok 1 a\nnot ok 2 b\n`, "35", 1, "1 passed, 1 failed", "# failed: b", nil},
		{"not ok, yet the guest says pass", `1..2\nok 1 a\nnot ok 2 b\n`, "33", 1, "1 passed, 1 failed", "", nil},
		{"ok, yet the guest says fail", goodReport, "35", 1, "2 passed, 0 failed", "says that it failed", nil},
		{"plan incomplete", `1..3\nok 1 a\nok 2 b\n`, "33", 3, "2 passed, 0 failed", "2 of 3", nil},
		{"plan missing", `ok 1 a\n`, "33", 3, "1 passed, 0 failed", "no plan", nil},
		{"nothing", ``, "33", 3, "0 passed, 0 failed", "no test results", nil},
		{"no test matched", `1..0\n`, "33", 2, "0 passed, 0 failed", "no test ran", nil},
		{"panic", goodReport, "37", 3, "2 passed, 0 failed", "kernel panic", nil},
		{"panic log is shown", goodReport, "37", 3, "2 passed, 0 failed", "BUG: it broke", []string{"LOG", `BUG: it broke\n`}},
		{"power-off without verdict", goodReport, "0", 3, "2 passed, 0 failed", "without a verdict", nil},
		{"triple fault", goodReport, "0", 3, "2 passed, 0 failed", "triple fault", []string{"EVENTS", `Triple fault\n`}},
		{"odd code", goodReport, "5", 3, "2 passed, 0 failed", "no verdict", nil},
		{"QEMU refuses", ``, "1", 2, "0 passed, 0 failed", "no such device", []string{"STDERR", "no such device"}},
		{"QEMU crashes", goodReport, "signal", 2, "2 passed, 0 failed", "QEMU died", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := fake(t, append([]string{"CONSOLE", test.console, "END", test.end}, test.vars...)...)
			out := printed(t, func(f *os.File) {
				status, err := m.tests(f)
				if err != nil || status != test.status {
					t.Errorf("status %d, %v; want %d", status, err, test.status)
				}
			})
			lines := lastLines(out, 1)
			if len(lines) != 1 || lines[0] != test.summary {
				t.Errorf("last line %q, want %q", lines, test.summary)
			}
			if !strings.Contains(out, test.says) {
				t.Errorf("output lacks %q:\n%s", test.says, out)
			}
			if strings.Contains(out, "\r") || strings.Contains(out, "\x1b") {
				t.Errorf("carriage return or colour in a file: %q", out)
			}
		})
	}
}

// A panic's report begins with its reason, which other goroutines' stacks must not push out.
func TestPanicLines(t *testing.T) {
	before := strings.Repeat("pid 2 (x): SIGSEGV\n", 100)
	stacks := strings.Repeat("goroutine 5 [running]:\n", 100)
	got := panicLines(before+"panic: it broke\n"+stacks, 40)
	if len(got) != logLines || got[20] != "panic: it broke" || got[19] != "pid 2 (x): SIGSEGV" || got[21] != "goroutine 5 [running]:" {
		t.Errorf("%d lines: %q", len(got), got)
	}
	for _, log := range []string{"", before, before + "panic: it broke\nshort\n"} {
		if got := panicLines(log, 40); got != nil {
			t.Errorf("%.30q…: %q", log, got)
		}
	}
}

// alive reports whether a process exists and is no zombie.
func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !bytes.Contains(stat, []byte(") Z "))
}

// strays waits for the processes in the file to be gone and returns the others.
func strays(t *testing.T, pidfile string) (left []int) {
	data, err := os.ReadFile(pidfile)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range strings.Fields(string(data)) {
		pid, _ := strconv.Atoi(f)
		for i := 0; alive(pid) && i < 3000; i++ {
			time.Sleep(20 * time.Millisecond)
		}
		if alive(pid) {
			left = append(left, pid)
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	return left
}

func TestTimeout(t *testing.T) {
	pidfile := filepath.Join(t.TempDir(), "pids")
	m := fake(t, "CONSOLE", `1..2\nok 1 a\nrunning b\n`, "END", "hang", "PIDFILE", pidfile, "LOG", `stuck\n`)
	run := func() string {
		return printed(t, func(f *os.File) {
			if status, err := m.tests(f); status != 124 || err != nil {
				t.Errorf("status %d, %v; want 124", status, err)
			}
		})
	}
	// On a busy machine it may not come to its last words so soon.
	m.timeout = time.Second
	out := run()
	for _, err := os.Stat(pidfile); err != nil && m.timeout < time.Minute; _, err = os.Stat(pidfile) {
		m.timeout *= 2
		out = run()
	}
	for _, want := range []string{"timeout", "#   running b", "#   stuck", "1 passed, 0 failed"} {
		if !strings.Contains(out, want) {
			t.Errorf("output lacks %q:\n%s", want, out)
		}
	}
	if left := strays(t, pidfile); len(left) > 0 {
		t.Errorf("processes left: %v", left)
	}
}

// If we are killed outright, QEMU goes too. The helper process below is us.
func TestNoStrayAfterKill(t *testing.T) {
	if os.Getenv("GOSSAMER_HELPER") != "" {
		return
	}
	for _, how := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		pidfile := filepath.Join(t.TempDir(), "pids")
		cmd := exec.Command(os.Args[0], "-test.run=^TestHelper$")
		cmd.Env = append(os.Environ(), "GOSSAMER_HELPER=1", "END=hang", "PIDFILE="+pidfile)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < 3000; i++ {
			if data, _ := os.ReadFile(pidfile); bytes.Count(data, []byte("\n")) == 2 {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		cmd.Process.Signal(how)
		cmd.Wait()
		data, err := os.ReadFile(pidfile)
		if err != nil {
			t.Fatal(err)
		}
		// The first is QEMU; the sleep below the shell has no counterpart in a real one.
		first, second, _ := strings.Cut(string(data), "\n")
		os.WriteFile(pidfile, []byte(first), 0o644)
		if left := strays(t, pidfile); len(left) > 0 {
			t.Errorf("%v: processes left: %v", how, left)
		}
		if pid, err := strconv.Atoi(strings.TrimSpace(second)); err == nil {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

func TestHelper(t *testing.T) {
	if os.Getenv("GOSSAMER_HELPER") == "" {
		t.Skip("for TestNoStrayAfterKill")
	}
	// Tests are not on the main thread; another that does not end will do.
	runtime.LockOSThread()
	m := fake(t)
	m.tests(os.Stdout)
}

func TestProgramStatus(t *testing.T) {
	for _, test := range []struct {
		name, log, end string
		status         int
		says           string
	}{
		{"0", `booting\ngossamer: exit 0\n`, "33", 0, ""},
		{"0 as code 0", `gossamer: exit 0\n`, "1", 0, ""},
		{"7", `gossamer: exit 7\r\n`, "35", 7, ""},
		{"7 as code 7", `gossamer: exit 7\n`, "15", 7, ""},
		{"18 looks like a panic", `gossamer: exit 18\n`, "37", 18, ""},
		{"255", `gossamer: exit 255\n`, "255", 255, ""},
		{"time stamp", `[  1.234567] gossamer: exit 9\n`, "35", 9, ""},
		{"signal shows the log", `pid 2 (x): SIGSEGV\ngossamer: exit 139\n`, "35", 139, "SIGSEGV"},
		{"quoted by another line", `pid 2 said gossamer: exit 0\n`, "33", 3, "did not log"},
		{"no line", `booting\n`, "33", 3, "did not log"},
		{"panic", `panic: x\n`, "37", 3, "kernel panic"},
		{"panic after the line", `gossamer: exit 0\n`, "37", 3, "kernel panic"},
		{"power-off", `gossamer: exit 0\n`, "0", 3, "without a verdict"},
		{"QEMU", ``, "1", 2, "QEMU failed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := fake(t, "CONSOLE", `out\r\nput`, "LOG", test.log, "END", test.end)
			errs := captureStderr(t, func() {
				out := printed(t, func(f *os.File) {
					status, err := m.programRun(f)
					if err != nil || status != test.status {
						t.Errorf("status %d, %v; want %d", status, err, test.status)
					}
				})
				if out != "out\nput" {
					t.Errorf("output %q", out)
				}
			})
			if !strings.Contains(errs, test.says) || test.says == "" && errs != "" {
				t.Errorf("standard error %q, want %q", errs, test.says)
			}
		})
	}
}

func captureStderr(t *testing.T, f func()) string {
	return printed(t, func(w *os.File) {
		old := os.Stderr
		os.Stderr = w
		defer func() { os.Stderr = old }()
		f()
	})
}

func TestBench(t *testing.T) {
	const lines = `BENCH null_syscall 117 instructions\r\nnoise\r\nBENCH x 2.5 ns\r\n`
	m := fake(t, "CONSOLE", lines, "END", "33")
	var out bytes.Buffer
	if status, err := m.benchmarks(&out, false); status != 0 || err != nil {
		t.Errorf("status %d, %v", status, err)
	}
	if want := "null_syscall  117  instructions\nx             2.5  ns\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
	out.Reset()
	m.benchmarks(&out, true)
	if !strings.Contains(out.String(), `"name": "null_syscall",`+"\n"+`    "value": 117,`) {
		t.Errorf("JSON: %s", out.String())
	}
	for _, test := range []struct {
		console, end string
		status       int
	}{{"", "33", 2}, {lines, "35", 1}, {lines, "37", 3}, {lines, "0", 3}, {lines + `1..1\nnot ok 1 x\n`, "33", 1}} {
		m := fake(t, "CONSOLE", test.console, "END", test.end)
		captureStderr(t, func() {
			if status, _ := m.benchmarks(io.Discard, false); status != test.status {
				t.Errorf("%q, QEMU %s: status %d, want %d", test.console, test.end, status, test.status)
			}
		})
	}
}

func TestShellStatus(t *testing.T) {
	for _, test := range []struct {
		exit   int
		triple bool
		want   int
	}{{0, false, 0}, {0, true, 3}, {exitPass, false, 0}, {exitFail, false, 1}, {exitPanic, false, 3}, {1, false, 2}, {-1, false, 2}} {
		o := outcome{exit: test.exit, tripleFault: test.triple}
		if status, _ := o.judgeShell(); status != test.want {
			t.Errorf("%+v: status %d, want %d", test, status, test.want)
		}
	}
}

// The console gives back exactly what a program wrote before the terminal put
// a carriage return before each newline, however the bytes are cut up.
func TestConsoleNewlines(t *testing.T) {
	const text = "a\nb\r\n\rc\r\r\n\n\r"
	sent := strings.ReplaceAll(text, "\n", "\r\n")
	for size := 1; size <= len(sent); size++ {
		var out bytes.Buffer
		c := &console{to: &out}
		for rest := sent; rest != ""; {
			n := min(size, len(rest))
			c.Write([]byte(rest[:n]))
			rest = rest[n:]
		}
		c.finish()
		if out.String() != text {
			t.Fatalf("in pieces of %d: %q, want %q", size, out.String(), text)
		}
	}
}

func TestEnvironment(t *testing.T) {
	for _, test := range []struct {
		name, value string
		ok          bool
	}{
		{"CPUS", "4", true}, {"CPUS", "0", false}, {"CPUS", "x", false}, {"CPUS", "65", false},
		{"MEM", "2G", true}, {"MEM", "lots", false}, {"ACCEL", "kvm", true}, {"ACCEL", "hvf", false},
		{"BOOT", "usb-uefi", true}, {"BOOT", "tape", false},
		{"TIMEOUT", "1.5", true}, {"TIMEOUT", "-1", false}, {"TIMEOUT", "soon", false},
	} {
		t.Run(test.name+"="+test.value, func(t *testing.T) {
			t.Setenv(test.name, test.value)
			if _, err := newConfig(".", "test"); (err == nil) != test.ok {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"nonsense"}, {"run"}, {"test", "a", "b"}, {"test", "("}, {"gdb", "x"}, {"bench", "a", "b"}, {"trace"}} {
		if _, err := dispatch(t.TempDir(), args); err == nil {
			t.Errorf("%q was accepted", args)
		} else if _, ok := err.(usageError); !ok {
			t.Errorf("%q: %v is no usage error", args, err)
		}
	}
}

// The probe's guest is right: a working machine passes it.
func TestProbeGuest(t *testing.T) {
	for _, tool := range []string{"qemu-system-x86_64", "as", "ld"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	c := &config{root: t.TempDir(), qemuPath: "qemu-system-x86_64", cpus: 1, mem: "64M", cpu: "max", accel: "tcg", boot: bootWays[0], timeout: 30 * time.Second}
	if why := c.probe(); why != "" {
		t.Error(why)
	}
}

// Package user_test runs the programs of this folder on the host: they are static ELF files
// for the system calls that Linux has as well.
package user_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// build builds programs into a folder and returns it.
func build(t *testing.T, names ...string) string {
	t.Helper()
	// Looking at the sources tells the test cache what the result depends on.
	for _, pattern := range []string{"*/*.go", "*/*.s", "../ulib/*/*.go", "../ulib/*/*.s"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, f := range files {
			if _, err := os.Stat(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	dir := t.TempDir()
	args := []string{"build", "-ldflags", "-E gossamer/ulib/sys.Start", "-o", dir + "/"}
	for _, n := range names {
		args = append(args, "./"+n)
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// run returns a program's output, both streams, and its status.
func run(t *testing.T, cmd *exec.Cmd) (string, int) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return string(out), exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return string(out), 0
}

func TestShell(t *testing.T) {
	bin := build(t, "sh", "box", "true")
	for _, name := range []string{"cat", "cp", "echo", "false", "env", "head", "ls", "mkdir", "mv", "pwd", "rm", "sleep", "wc", "kill"} {
		if err := os.Symlink("box", filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		line, out string
		status    int
	}{
		{"echo a  b", "a b\n", 0},
		{"echo 'a  b' \"c  d\" e\\ f", "a  b c  d e f\n", 0},
		{"echo one; echo two", "one\ntwo\n", 0},
		{"true && echo yes || echo no", "yes\n", 0},
		{"false && echo yes || echo no", "no\n", 0},
		{"false || false || echo third", "third\n", 0},
		{"false; echo $?; true; echo $?", "1\n0\n", 0},
		{"echo a b c | wc | cat", "      1       3        6\n", 0},
		{"echo x > f; echo y >> f; cat < f", "x\ny\n", 0},
		{"ls none 2> e; cat e", "ls: none: ENOENT\n", 0},
		{"ls none 2>&1 | cat", "ls: none: ENOENT\n", 0},
		{"cat none", "cat: none: ENOENT\n", 1},
		{"nosuchcommand", "sh: nosuchcommand: ENOENT\n", 127},
		{"./none/x", "sh: ./none/x: ENOENT\n", 127},
		{"echo x > f; ./f", "sh: ./f: EACCES\n", 126},
		{"mkdir d; cd d; echo in > g; cd ..; cat d/g; ls", "in\nd\n", 0},
		{"mkdir d; cp d/none x", "cp: d/none: ENOENT\n", 1},
		{"echo 1 > a; cp a b; mv b c; ls; rm a c; ls", "a\nc\n", 0},
		{"mkdir d; mkdir d/e; echo > d/e/f; rm -r d; ls", "", 0},
		{"echo a#b # comment", "a#b\n", 0},
		{"echo $1-$2 $#", "p-q 2\n", 0},
		{"exit 7", "", 7},
		{"sh -c 'kill -9 $$'; echo $?", "sh: sh (PID): SIGKILL (9)\n137\n", 0},
		{"sleep 0.1 & wait; echo $?", "0\n", 0},
		{"cat < none", "sh: none: ENOENT\n", 1},
		{"echo 'open", "sh: quote not closed\n", 2},
		{"echo | | cat", "sh: command missing before |\n", 2},
		{"&& echo", "sh: command missing before && or ||\n", 2},
		{"head -n 2 < none2 || echo failed", "sh: none2: ENOENT\nfailed\n", 0},
		{"echo -n a; echo b", "ab\n", 0},
		{"env A=1 PATH=x | cat", "A=1\nPATH=x\n", 0},
		{"env A=1 none", "env: none: ENOENT\n", 127},
		{"sleep", "usage: sleep SECONDS[.FRACTION]\n", 2},
		{"cd none; echo $?", "cd: none: ENOENT\n1\n", 0},
	} {
		cmd := exec.Command(filepath.Join(bin, "sh"), "-c", c.line, "sh", "p", "q")
		cmd.Dir = t.TempDir()
		cmd.Env = []string{"PATH=" + bin}
		out, status := run(t, cmd)
		if strings.Contains(out, "sh: sh (") {
			// A process number is in the message.
			from := strings.Index(out, "(") + 1
			out = out[:from] + "PID" + out[strings.Index(out, ")"):]
		}
		if out != c.out || status != c.status {
			t.Errorf("%s\n got %q, status %d\nwant %q, status %d", c.line, out, status, c.out, c.status)
		}
	}
}

// A script's lines come from a file or from standard input.
func TestShellInput(t *testing.T) {
	bin := build(t, "sh", "box")
	script := filepath.Join(bin, "script")
	if err := os.WriteFile(script, []byte("cd /\nexit $#"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, status := run(t, exec.Command(filepath.Join(bin, "sh"), script, "a", "b", "c")); status != 3 {
		t.Errorf("script: status %d, want 3", status)
	}
	cmd := exec.Command(filepath.Join(bin, "sh"))
	cmd.Stdin = strings.NewReader("false\nexit 9\n")
	if out, status := run(t, cmd); status != 9 || out != "" {
		t.Errorf("standard input: status %d, output %q", status, out)
	}
}

// The tests program asks what Linux promises: here it shows that its questions are right.
// Those about time and fair shares are left to a machine that does nothing else.
func TestTests(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	program := filepath.Join(build(t, "tests"), "tests")
	out, status := run(t, exec.Command(program, "^process|^lwp|^futex|^poll|^fork|^wait|^signal|^pipe|^file|^folder|^exec|^memory|^fault|^registers|^ulib"))
	if status != 0 || !strings.Contains(out, "\n1..") || strings.Contains(out, "\nnot ok") {
		t.Errorf("status %d\n%s", status, out)
	}
}

func TestHello(t *testing.T) {
	out, status := run(t, exec.Command(filepath.Join(build(t, "hello"), "hello"), "x y"))
	if status != 0 || !strings.Contains(out, "argument 1 = x y\n") {
		t.Errorf("status %d\n%s", status, out)
	}
}

// The programs that show user threads come to their ends under each model that there is here.
func TestThreads(t *testing.T) {
	bin := build(t, "threads", "prodcons", "philosophers", "webserver")
	for _, model := range []string{"n1", "11", "mn"} {
		for _, c := range []struct{ program, arg, want string }{
			{"threads", "", "Join says that it was cancelled"},
			{"prodcons", "3000", "3000 numbers, sum 4498500,"},
			{"philosophers", "50", "philosopher 4 has eaten 50 times"},
			{"philosophers", "-greedy", "philosopher 4 has eaten 10 times"},
			{"webserver", "20 5", "\n" + model + " "},
			{"webserver", "-t 20 5", "\n" + model + " "},
		} {
			cmd := exec.Command(filepath.Join(bin, c.program), strings.Fields(c.arg)...)
			cmd.Env = []string{"ULIB_MODEL=" + model}
			if out, status := run(t, cmd); status != 0 || !strings.Contains(out, c.want) {
				t.Errorf("%s %s under %s: status %d\n%s", c.program, c.arg, model, status, out)
			}
		}
	}
}

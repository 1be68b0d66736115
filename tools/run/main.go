package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
)

const usage = `usage: ./qemu.sh [COMMAND]

  ./qemu.sh                     boot to an interactive shell (Ctrl-A X leaves)
  ./qemu.sh test [REGEX]        boot the test image and run the tests
  ./qemu.sh run PATH [ARG...]   run one program: a folder with a package main,
                                or a static ELF file
  ./qemu.sh bench [--json] [REGEX]
                                run the benchmarks: name, value, unit a line; then ratios
  ./qemu.sh trace FILE [PATH [ARG...]]
                                run one program, or a demonstration, and save what
                                the kernel did to FILE for ui.perfetto.dev
  ./qemu.sh screenshot FILE [COMMAND...]
                                boot to the shell, have it run a command, and save what
                                the screen shows as PNG; the text on it is printed
  ./qemu.sh gdb                 boot to the shell, waiting for gdb first
  ./qemu.sh matrix [quick]      boot every way, with and without this and that device, to the
                                shell, and print a table: minutes; quick: some of them
  ./qemu.sh bochs               boot the image as a CD in another emulator, Bochs: minutes
  ./qemu.sh build               only build
  ./qemu.sh help                this text

Environment:
  CPUS=2       number of CPUs (bench: 1)
  MEM=512M     memory
  CPU=max      QEMU's CPU model
  BOOT=pvh     how the guest is started: pvh (QEMU loads the kernel) or microvm (the
               same on a machine without legacy devices); bios, uefi (an image as a CD),
               disk-bios, disk-uefi, usb-bios, usb-uefi
  MODE=auto    size of the screen of an image, like 1920x1080 (screenshot: 1024x768)
  ACCEL=tcg    or kvm, which is tried first: on some machines it runs guests wrongly
  TIMEOUT=300  seconds until a guest counts as hung (test, bench: 900; bochs: 600; a shell on
               a terminal: never; 0: never)
  V=1          print QEMU's command line and the kernel's log

Exit status: 0 passed; 1 a test failed; 2 usage, build or QEMU; 3 kernel panic,
triple fault or no verdict; 124 timeout. "run" leaves with the program's status.
`

// Exit statuses of the runner.
const (
	statusPass    = 0
	statusFail    = 1
	statusUsage   = 2
	statusPanic   = 3
	statusTimeout = 124
	statusSignal  = 130 // the user stopped us
)

// usageError is a mistake on the command line or in the environment.
type usageError string

func (e usageError) Error() string { return string(e) }

func init() {
	// QEMU is tied to the life of the thread that started it (see qemu.go);
	// the main goroutine must keep to the main thread for that.
	runtime.LockOSThread()
}

func main() {
	// If nobody reads our output any more, the guest ends in good order all the same.
	signal.Ignore(syscall.SIGPIPE)
	args := os.Args[1:]
	root := "."
	if len(args) >= 2 && args[0] == "-root" { // from qemu.sh
		root, args = args[1], args[2:]
	}
	status, err := dispatch(root, args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "qemu.sh:", err)
		if u := usageError(""); errors.As(err, &u) {
			fmt.Fprint(os.Stderr, "\n", usage)
		}
		status = statusUsage
	}
	os.Exit(status)
}

// dispatch runs one command. An error means that no guest ran to a verdict.
func dispatch(root string, args []string) (int, error) {
	command := "shell"
	if len(args) > 0 {
		command, args = args[0], args[1:]
	}
	switch command {
	case "help", "-h", "-help", "--help":
		fmt.Print(usage)
		return statusPass, nil
	}
	c, err := newConfig(root, command)
	if err != nil {
		return 0, err
	}
	atMost := func(n int) error {
		if len(args) > n {
			return usageError(fmt.Sprintf("%s: unexpected argument %q", command, args[n]))
		}
		return nil
	}
	switch command {
	case "shell", "gdb":
		if err := atMost(0); err != nil {
			return 0, err
		}
		return c.shell(command == "gdb")
	case "test":
		if err := atMost(1); err != nil {
			return 0, err
		}
		return c.test(append(args, "")[0])
	case "run":
		if len(args) == 0 {
			return 0, usageError("run: which program?")
		}
		return c.program(args[0], args[1:])
	case "screenshot":
		if len(args) == 0 {
			return 0, usageError("screenshot: which file shall it go to?")
		}
		return c.screenshot(args[0], strings.Join(args[1:], " "), os.Stdout)
	case "trace":
		if len(args) == 0 {
			return 0, usageError("trace: which file shall it go to?")
		}
		return c.trace(args[0], args[1:])
	case "bench":
		json := false
		var rest []string
		for _, a := range args {
			if a == "--json" || a == "-json" {
				json = true
			} else {
				rest = append(rest, a)
			}
		}
		if args = rest; len(args) > 1 {
			return 0, atMost(1)
		}
		return c.bench(append(args, "")[0], json)
	case "matrix":
		if err := atMost(1); err != nil {
			return 0, err
		}
		if len(args) == 1 && args[0] != "quick" {
			return 0, usageError(fmt.Sprintf("matrix: %q is not quick", args[0]))
		}
		return c.matrix(len(args) == 1)
	case "bochs":
		if err := atMost(0); err != nil {
			return 0, err
		}
		return c.bochs()
	case "build":
		if err := atMost(0); err != nil {
			return 0, err
		}
		return statusPass, c.tree().All(os.Stdout)
	}
	return 0, usageError(fmt.Sprintf("unknown command %q", command))
}

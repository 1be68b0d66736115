package main

import (
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

var (
	interactive bool // a terminal: prompt, process groups
	shellGroup  int
	lastStatus  int
	firstArg    int // which of our arguments is $0

	input    int // descriptor commands come from; -1 for -c
	inBuf    [4096]byte
	inAt     int
	inLen    int
	line     [4096]byte
	cwd      [sys.PathMax]byte
	gotBreak bool // ^C came at the prompt
)

func main() {
	switch {
	case sys.Argc() == 1:
		var t sys.Termios
		interactive = sys.Tcgetattr(0, &t) == 0
	case sys.Arg(1) == "-c" && sys.Argc() > 2:
		firstArg = 3
		runLine(sys.Arg(2))
		sys.Exit(lastStatus)
	case sys.HasPrefix(sys.Arg(1), "-"):
		out.Usage("sh [-c TEXT | FILE] [ARG…]")
	default:
		fd, e := sys.Open(sys.Arg(1), sys.O_RDONLY|sys.O_CLOEXEC, 0)
		if e != 0 {
			out.Err.Error("sh", sys.Arg(1), e).Flush()
			sys.Exit(127)
		}
		input, firstArg = fd, 1
	}
	if interactive {
		takeTerminal()
		out.Out.Str("Gossamer. \"help\" lists what there is.\n").Flush()
	}
	for {
		if interactive {
			reapBackground()
			prompt()
		}
		n, ok := readLine()
		if !ok {
			break
		}
		runLine(sys.Text(line[:n]))
	}
	sys.Exit(lastStatus)
}

func onInterrupt(sig int, info *sys.SigInfo, uc *sys.UContext) { gotBreak = true }

// takeTerminal puts the shell in the foreground in a group of its own, deaf to what the
// keyboard sends to its jobs.
func takeTerminal() {
	sys.Catch(sys.SIGINT, onInterrupt, 0, 0)
	sys.Ignore(sys.SIGQUIT)
	sys.Ignore(sys.SIGTSTP)
	sys.Ignore(sys.SIGTTOU)
	sys.Ignore(sys.SIGTTIN)
	sys.Setpgid(0, 0)
	shellGroup = sys.Getpid()
	if g, e := sys.Getpgid(0); e == 0 {
		shellGroup = g // a session's leader keeps its group
	}
	sys.SetForeground(0, shellGroup)
}

func prompt() {
	if p, e := sys.Getcwd(cwd[:]); e == 0 {
		out.Out.Bytes(p).Byte(' ')
	}
	out.Out.Str("$ ").Flush()
}

// readLine reads the next line into line; false at the end of input. A line too long is
// cut in two.
func readLine() (n int, ok bool) {
	for n < len(line) {
		if inAt == inLen {
			m, e := sys.Read(input, inBuf[:])
			if e == sys.EINTR {
				if gotBreak {
					gotBreak = false
					n = 0
					out.Out.NL()
					prompt()
				}
				continue
			}
			if e != 0 || m == 0 {
				if interactive {
					out.Out.NL().Flush()
				}
				return n, n > 0
			}
			inAt, inLen = 0, m
		}
		c := inBuf[inAt]
		inAt++
		if c == '\n' {
			return n, true
		}
		line[n] = c
		n++
	}
	return n, true
}

package main

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/abi"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// The CPU times of the look before, by number: open addressing, a quarter of it full at most.
var before [4 * maxLWPs]struct {
	lid int32
	ns  uint64
}

func slot(lid int32) int {
	i := int(uint32(lid)*2654435761>>16) % len(before)
	for before[i].lid != 0 && before[i].lid != lid {
		i = (i + 1) % len(before)
	}
	return i
}

var (
	lastLook int64 // when it was
	busy     int   // tenths of a per cent of a CPU that all LWPs had since
	cpuCount int
	order    [maxLWPs]uint16 // of lwps, the one with most CPU time since first
	winsize  [4]uint16       // struct winsize: rows, columns
)

// measure looks, and says what share of a CPU each LWP has had since the look before.
func measure() {
	now := sys.Now()
	elapsed := max(now-lastLook, 1)
	lastLook = now
	look()
	busy = 0
	for i := range nLWPs {
		l := &lwps[i]
		order[i] = uint16(i)
		if s := slot(l.LID); before[s].lid != 0 && l.CPUTime > before[s].ns {
			l.share = int32(int64(l.CPUTime-before[s].ns) * 1000 / elapsed)
			busy += int(l.share)
		}
	}
	clear(before[:])
	for i := range nLWPs {
		s := slot(lwps[i].LID)
		before[s].lid, before[s].ns = lwps[i].LID, lwps[i].CPUTime
	}
	sortLWPs()
}

// first says whether LWP a comes before b in the list.
func first(a, b *lwp) bool {
	switch {
	case a.share != b.share:
		return a.share > b.share
	case a.CPUTime != b.CPUTime:
		return a.CPUTime > b.CPUTime
	}
	return a.LID < b.LID
}

// sortLWPs is Shell's sort.
func sortLWPs() {
	for gap := nLWPs / 2; gap > 0; gap /= 2 {
		for i := gap; i < nLWPs; i++ {
			x := order[i]
			j := i
			for ; j >= gap && first(&lwps[x], &lwps[order[j-gap]]); j -= gap {
				order[j] = order[j-gap]
			}
			order[j] = x
		}
	}
}

// endLine ends a line; on a screen it wipes what was there.
func endLine(screen bool) {
	if screen {
		out.Out.Str("\033[K\r")
	}
	out.Out.NL()
}

// tenths prints a number that is given in tenths.
func tenths(n, width int) { out.Out.IntWidth(n/10, width).Byte('.').Byte(byte('0' + n%10)) }

// nameColumn is where the last column begins. Numbers beyond all measure may push it out.
const nameColumn = 75

// cut returns s, or as much of it as fits into width columns.
func cut(s string, width int) string { return s[:min(len(s), max(width, 0))] }

// showLWPs prints the list, as many lines of it as given, cut to columns.
func showLWPs(lines, columns int, screen bool) {
	var running, asleep, halted int
	for i := range nLWPs {
		switch lwps[i].State {
		case abi.StateReady, abi.StateRunning:
			running++
		case abi.StateSleeping:
			asleep++
		default:
			halted++
		}
	}
	text, _ := sys.ReadFile("/proc/uptime", stat[:])
	up, _ := sys.Field(text)
	out.Out.Str("up ").Str(up).Str(" s, ").Int(cpuCount).Str(" CPUs ")
	tenths(busy/max(cpuCount, 1), 1)
	out.Out.Str("% busy, load ").Int(running).Str("; LWPs: ").Int(nLWPs)
	if more {
		out.Out.Str(" or more")
	}
	out.Out.Str(", ").Int(asleep).Str(" asleep, ").Int(halted).Str(" halted")
	endLine(screen)
	out.Out.Str("PID   LID    STATE   CLASS PRI CPU  %CPU    TIME    VCSW   ICSW WCHAN       NAME")
	endLine(screen)
	for i := range min(lines, nLWPs) {
		l := &lwps[order[i]]
		l.printIDs()
		tenths(int(l.share), 4)
		l.printTime(8)
		out.Out.IntWidth(int(l.Voluntary), 8).IntWidth(int(l.Involuntary), 7).Byte(' ')
		out.Out.Column().Str(cut(field(l.WaitChannel[:]), 11)).Pad(12)
		out.Out.Str(cut(field(l.Name[:]), columns-nameColumn))
		endLine(screen)
	}
	if !screen {
		out.Out.NL()
	}
	out.Out.Flush()
}

// countCPUs returns how many processors /proc/cpuinfo shows.
func countCPUs() int {
	n := 0
	text, _ := sys.ReadFile("/proc/cpuinfo", buf[:])
	for text != "" {
		var line string
		line, text = sys.Line(text)
		if sys.HasPrefix(line, "processor") {
			n++
		}
	}
	return n
}

// Bits of Termios.Lflag and an index of Cc.
const (
	isig   = 1
	icanon = 2
	echoes = 8
	vmin   = 6
)

const interrupt = 3 // what ^C types

// quits waits for a time in ms, and reports whether q or ^C has been typed meanwhile, or input
// has ended.
func quits(ms int) bool {
	end := sys.Now() + int64(ms)*1e6
	for {
		left := max(0, int((end-sys.Now())/1e6))
		p := [1]struct {
			fd              int32
			wanted, revents int16
		}{{0, 1, 0}}
		n, e := sys.Result(sys.Syscall3(syscall.SYS_POLL, uintptr(unsafe.Pointer(&p)), 1, uintptr(left)))
		if e == sys.EINTR {
			continue
		}
		if e != 0 || n == 0 {
			return e != 0
		}
		var c [1]byte
		if n, e := sys.Read(0, c[:]); e != 0 || n == 0 || c[0] == 'q' || c[0] == interrupt {
			return true
		}
	}
}

// Time between two looks in ms; the first comes soon.
const (
	firstLook = 250
	nextLook  = 1000
)

// lwpsCommand shows all LWPs again and again: on a terminal until q is typed, else, or with -b,
// one list after the other, for ever or -n times.
func lwpsCommand() int {
	times, plain := 0, false
	for i := 1; i < argc(); i++ {
		switch arg(i) {
		case "-b":
			plain = true
		case "-n":
			i++
			n, ok := sys.ParseInt(arg(i))
			if !ok || n < 1 {
				usage()
			}
			times = n
		default:
			usage()
		}
	}
	var t, cooked sys.Termios
	plain = plain || sys.Tcgetattr(0, &cooked) != 0 || sys.Tcgetattr(1, &t) != 0
	cpuCount = countCPUs()
	measure()
	if plain {
		for i := 0; times == 0 || i < times; i++ {
			pause(i)
			measure()
			showLWPs(maxLWPs, 1000, false)
		}
		return 0
	}
	t = cooked
	t.Lflag &^= isig | icanon | echoes
	t.Cc[vmin] = 1
	sys.Tcsetattr(0, &t)
	out.Out.Str("\033[2J")
	for i := 0; times == 0 || i < times; i++ {
		if quits(delay(i)) {
			break
		}
		measure()
		rows, columns := 24, 80
		if sys.Err(sys.Syscall3(syscall.SYS_IOCTL, 1, sys.TIOCGWINSZ, uintptr(unsafe.Pointer(&winsize)))) == 0 && winsize[0] > 4 {
			rows, columns = int(winsize[0]), int(winsize[1])
		}
		out.Out.Str("\033[H")
		showLWPs(rows-3, columns, true)
		out.Out.Str("\033[J").Flush()
	}
	sys.Tcsetattr(0, &cooked)
	return 0
}

func delay(i int) int {
	if i == 0 {
		return firstLook
	}
	return nextLook
}

func pause(i int) { sys.Sleep(int64(delay(i)) * 1e6) }

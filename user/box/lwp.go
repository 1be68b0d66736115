package main

import (
	"gossamer/ulib/abi"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// processes walks through the numbers in /proc.
type processes struct {
	fd    int
	list  [4096]byte
	at, n int // what is left of the list
}

var pids processes

// openProcesses begins; next returns false at the end.
func openProcesses() bool {
	fd, e := sys.Open("/proc", sys.O_RDONLY|sys.O_DIRECTORY, 0)
	if e != 0 {
		fail("/proc", e)
		return false
	}
	pids.fd, pids.at, pids.n = fd, 0, 0
	return true
}

func (p *processes) next() (pid string, ok bool) {
	for {
		if p.at == p.n {
			p.at = 0
			if p.n, _ = sys.Getdents(p.fd, p.list[:]); p.n <= 0 {
				sys.Close(p.fd)
				return "", false
			}
		}
		name, _, rest := sys.Dirent(p.list[p.at:p.n])
		p.at = p.n - len(rest)
		if len(name) > 0 && name[0] >= '1' && name[0] <= '9' {
			return sys.Text(name), true
		}
	}
}

// An lwp is one at the time of a look.
type lwp struct {
	abi.LWPInfo
	pid   int32
	share int32 // of a CPU since the look before, in tenths of a per cent
}

const maxLWPs = 4096

var (
	lwps  [maxLWPs]lwp // those of the last look; there may be more
	nLWPs int
	more  bool
	batch [64]abi.LWPInfo
)

// look fills lwps. What ends meanwhile is not there.
func look() {
	nLWPs, more = 0, false
	if !openProcesses() {
		return
	}
	for {
		name, ok := pids.next()
		if !ok {
			return
		}
		pid, _ := sys.ParseInt(name)
		lookAt(pid)
	}
}

func lookAt(pid int) {
	for after := 0; ; after = int(batch[63].LID) {
		n, e := sys.LWPInfo(pid, after, batch[:])
		if e != 0 || n == 0 {
			return
		}
		for i := range n {
			if nLWPs == maxLWPs {
				more = true
				return
			}
			l := &lwps[nLWPs]
			l.LWPInfo, l.pid, l.share = batch[i], int32(pid), 0
			nLWPs++
		}
		if n < len(batch) {
			return
		}
	}
}

// field returns the text in a field that a zero ends, "-" if there is none.
func field(b []byte) string {
	for i := range b {
		if b[i] == 0 {
			b = b[:i]
			break
		}
	}
	if len(b) == 0 {
		return "-"
	}
	return sys.Text(b)
}

// stateName is a word for one of abi's states.
func stateName(state uint8) string {
	switch state {
	case abi.StateReady:
		return "ready"
	case abi.StateRunning:
		return "run"
	case abi.StateSleeping:
		return "sleep"
	case abi.StateSuspended:
		return "suspend"
	case abi.StateStopped:
		return "stop"
	}
	return "zombie"
}

func className(class uint8) string {
	switch class {
	case abi.ClassTimeSharing:
		return "ts"
	case abi.ClassFixed:
		return "fx"
	case abi.ClassRoundRobin:
		return "rr"
	}
	return "fifo"
}

// printIDs prints who an LWP is and how it is scheduled.
func (l *lwp) printIDs() {
	out.Out.Column().Int(int(l.pid)).Pad(6)
	out.Out.Column().Int(int(l.LID)).Pad(7)
	out.Out.Column().Str(stateName(l.State)).Pad(8)
	out.Out.Column().Str(className(l.Class)).Pad(5)
	out.Out.IntWidth(int(l.Priority), 3).IntWidth(int(l.CPU), 4)
}

// printTime prints an LWP's CPU time in seconds, right-aligned in width columns.
func (l *lwp) printTime(width int) {
	hundredths := int(l.CPUTime / 1e7)
	out.Out.IntWidth(hundredths/100, width-3).Byte('.')
	out.Out.Byte(byte('0' + hundredths/10%10)).Byte(byte('0' + hundredths%10))
}

// psLWPs is ps -L: a line for each LWP.
func psLWPs() int {
	look()
	out.Out.Str("PID   LID    STATE   CLASS PRI CPU     TIME  WCHAN           NAME\n")
	for i := range nLWPs {
		l := &lwps[i]
		l.printIDs()
		l.printTime(9)
		out.Out.Str("  ").Column().Str(field(l.WaitChannel[:])).Pad(16)
		out.Out.Str(field(l.Name[:])).NL()
	}
	if more {
		fail("", sys.EOVERFLOW)
	}
	return 0
}

package main

import (
	"syscall"
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/abi"
	"gossamer/ulib/out"
	"gossamer/ulib/sa"
	"gossamer/ulib/sys"
)

// Calls of LWPs and activations with arguments by chance, by several LWPs, VPs and user threads at a
// time, in processes that are signalled, stopped and killed meanwhile.

const (
	attacks     = 400 // of each attacker
	attackers   = 4
	attackTime  = 80e6 // ns until a process of attackers is killed
	attacksLast = 4e9  // ns
)

var (
	attacksRaw bool // the activations are this program's own, see sa.go
)

// attackArgument is a number that a call of LWPs or activations might be given, or should not.
func attackArgument(state *uint64) uintptr {
	r := random(state)
	n := uintptr(r >> 8 & 0xff)
	switch r % 6 {
	case 0:
		return n & 7
	case 1:
		return uintptr(sys.Getpid()) + n&15
	case 2:
		return uintptr(unsafe.Pointer(&victim[sys.PageSize+n&^7]))
	case 3:
		return uintptr(sys.Now()) + n<<10 // a deadline
	case 4:
		return saArea + n<<6
	}
	return hostileArgument(state)
}

func attackCall(state *uint64) {
	var nr uintptr
	switch r := uintptr(random(state) >> 8); r % 5 {
	case 0, 1:
		nr = sa.SysRegister + r>>8%(sa.SysStat+1-sa.SysRegister)
	case 2:
		nr = abi.SysTraceRing
	default:
		nr = abi.SysLWPCreate + r>>8%(abi.SysLWPInfo+1-abi.SysLWPCreate)
	}
	first, second := attackArgument(state), attackArgument(state)
	switch nr {
	case abi.SysLWPSetPriority:
		second = 0 // nobody's turn is to come before that of others for good
	case abi.SysLWPExit, abi.SysLWPSetPrivate: // the end of the attacker
		if random(state)&63 != 0 {
			return
		}
	case abi.SysLWPKill:
		if random(state)&15 != 0 {
			second = sys.SIGUSR1
		}
	}
	sys.Syscall6(nr, first, second, attackArgument(state), attackArgument(state), attackArgument(state), attackArgument(state))
}

// attackLie writes something into a word that the kernel reads as a hint.
func attackLie(state *uint64) {
	r := random(state)
	at := saArea + uintptr(r>>8)%(sa.VPAt(4)+8*sa.SlotSize)&^3
	if r&1 == 0 {
		at = saArea + sa.VPAt(int(r>>1&3)) + uintptr(r>>8)%40&^3
	}
	if at >= saArea+sa.SlotAt(int(saReg.NVP), int(saReg.NSlot)) {
		return
	}
	*(*uint32)(unsafe.Pointer(at)) ^= 1 << (r >> 40 & 31)
}

// attack is an attacker.
func attack(seed uintptr) {
	state := uint64(seed)*7919 + 1
	for range attacks {
		switch r := random(&state) % 64; {
		case r == 0 && attacksRaw:
			attackLie(&state)
		case r < 4:
			sys.Sleep(int64(r) * 1000)
		case r < 8 && !attacksRaw:
			ulib.Yield()
		default:
			attackCall(&state)
		}
	}
}

func attackThread(seed uintptr) uintptr { attack(seed); return 0 }

func attackSignal(sig int, info *sys.SigInfo, c *sys.UContext) {}

func attackHandler(sig int, info *sys.SigInfo) { ulib.Self() }

// attackProcess is a process of attackers.
func attackProcess(seed uint64) {
	detach()
	r := random(&seed)
	random(&seed)
	if attacksRaw = r>>20&1 == 0; attacksRaw {
		nvp := 1 + int(r>>24&3)
		saTakes = true
		saRegister(nvp, nvp+1+int(r>>28&7))
		saQuanta(uint32(r >> 32 & 3))
		saConcurrency(nvp)
		for i := 1; i < min(nvp, attackers); i++ {
			saGo(i, attack, uintptr(seed)+uintptr(i))
		}
		for i := range attackers / 2 {
			start(i, attack)
		}
	} else {
		o := ulib.Options{Model: ulib.NToOne + ulib.Model(r>>24&3), LWPs: 1 + int(r>>28&3), Slots: 1 + int(r>>32&7)}
		ok(ulib.StartWith(&o), "start")
		ok(ulib.Catch(sys.SIGUSR1, attackHandler, 0), "catch")
		ok(ulib.Catch(realTime, attackHandler, 0), "catch")
		for i := range attackers {
			spawn(attackThread, uintptr(seed)+uintptr(i))
		}
	}
	attack(uintptr(seed))
	sys.Exit(0)
}

// Who attacks by the calls of LWPs and activations may die; does nobody else notice?
func hostileLWPs() {
	var pids [2]int
	end := sys.Now() + attacksLast
	for i := range pids {
		pids[i] = fork(func() {
			ok(sys.Catch(sys.SIGUSR1, attackSignal, 0, 0), "sigaction")
			ok(sys.Catch(realTime, attackSignal, 0, 0), "sigaction")
			state := uint64(i)*104729 + 1
			all, died, killed := 0, 0, 0
			for ; sys.Now() < end; all++ {
				seed := random(&state)
				pid := fork(func() { attackProcess(seed) })
				for range 6 {
					switch r := random(&state) >> 8; r % 4 {
					case 0:
						sys.Kill(pid, sys.SIGSTOP)
						sys.Kill(pid, sys.SIGCONT)
					case 1:
						sys.Kill(pid, realTime)
					default:
						sys.Kill(pid, sys.SIGUSR1)
					}
					sys.Syscall0(syscall.SYS_SCHED_YIELD)
				}
				status, ended := waitLimited(pid, attackTime)
				if !ended {
					killed++
					sys.Kill(pid, sys.SIGKILL)
					wait(pid)
				} else if status != 0 {
					died++
				}
			}
			out.Out.Str("# ").Int(all).Str(" processes of attackers: ").Int(died).Str(" died, ")
			out.Out.Int(killed).Str(" had to be killed\n").Flush()
		})
	}
	for _, pid := range pids {
		ended(wait(pid), 0, "the one who watches")
	}
	spawnOnce()
}

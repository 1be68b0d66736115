package main

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

// Numbers that would do what they say, to others than the caller.
func harmful(nr uintptr) bool {
	switch nr {
	case syscall.SYS_KILL, syscall.SYS_TKILL, syscall.SYS_TGKILL, syscall.SYS_RT_SIGQUEUEINFO, syscall.SYS_RT_TGSIGQUEUEINFO,
		syscall.SYS_REBOOT, syscall.SYS_FORK, syscall.SYS_VFORK, syscall.SYS_CLONE, 435, // clone3
		syscall.SYS_EXIT, syscall.SYS_EXIT_GROUP, syscall.SYS_PAUSE, syscall.SYS_SETPRIORITY:
		return true
	}
	return false
}

var victim [3 * sys.PageSize]byte

// hostileArgument is a number or pointer that a call should not be given.
func hostileArgument(state *uint64) uintptr {
	r := random(state)
	buffer := uintptr(unsafe.Pointer(&victim[sys.PageSize]))
	switch r % 20 {
	case 0:
		return 0
	case 1:
		return ^uintptr(0)
	case 2:
		return uintptr(r >> 8 & 0xff)
	case 3:
		return uintptr(random(state) << 8)
	case 4:
		return 0xffff800000000000 + uintptr(r>>8&0xffffff)
	case 5:
		return 0xffffffff80200000 + uintptr(r>>8&0xffffff)
	case 6:
		return 1<<47 - uintptr(r>>8&0xffff)
	case 7:
		return 1 << (r >> 8 & 63)
	case 8:
		return 1<<(r>>8&63) - 1
	case 9, 10:
		return buffer + uintptr(r>>8&7)
	case 11:
		return buffer
	case 12:
		return 0xffff900000000000 + uintptr(r>>8&0xfffff)*4096
	case 13:
		return 1 << 63
	case 14:
		return uintptr(r >> 8 & 7) // a descriptor that may be open
	case 15:
		return sys.PageSize << (r >> 8 & 15)
	case 16:
		return 0x7ffffffff000
	case 17:
		return uintptr(r>>8&0x3fffff) * sys.PageSize
	case 18:
		return ^uintptr(r >> 8 & 0xffff)
	}
	return uintptr(int32(r >> 8))
}

// detach makes the caller's descriptors lead nowhere that matters, and its group its own.
func detach() {
	sys.Setpgid(0, 0)
	for fd := range 8 {
		sys.Close(fd)
	}
	sys.Open("/dev/null", sys.O_RDWR, 0)
	sys.Open("hostile", sys.O_RDWR|sys.O_CREAT, 0o644)
	var fd [2]int32
	sys.Pipe2(&fd, 0)
	sys.Open(".", sys.O_RDONLY|sys.O_DIRECTORY, 0)
}

// hostileCall makes one call with arguments by chance.
func hostileCall(nr uintptr, state *uint64) {
	first := hostileArgument(state)
	switch nr {
	case 302, sysSetparam, sysSetscheduler, sysSetaffinity: // prlimit64 is 302
		first = 0 // the caller
	}
	sys.Syscall6(nr, first, hostileArgument(state), hostileArgument(state), hostileArgument(state), hostileArgument(state), hostileArgument(state))
}

// hostileCalls makes a call with n sets of arguments; the caller may well not survive.
func hostileCalls(nr uintptr, n int, state uint64) {
	detach()
	for range n {
		for i := range victim[:64] {
			victim[sys.PageSize+i] = byte(random(&state))
		}
		if random(&state)&1 == 0 {
			copy(victim[sys.PageSize:], "hostile")
			victim[sys.PageSize+7] = 0
		}
		hostileCall(nr, &state)
	}
	sys.Exit(0)
}

// What if a program makes every system call with hostile arguments? It may die; nobody
// else may notice.
func hostile() {
	died, hung := 0, 0
	for nr := uintptr(0); nr <= 1100; nr++ {
		if nr == 601 {
			nr = 1000
		}
		if harmful(nr) {
			continue
		}
		for round := range uint64(3) {
			pid := fork(func() { hostileCalls(nr, 60, uint64(nr)*1000+round+1) })
			status, ended := waitLimited(pid, 150e6)
			if !ended {
				hung++
				sys.Kill(pid, sys.SIGKILL)
				wait(pid)
			} else if status.Signaled() {
				died++
			}
		}
	}
	out.Out.Str("# ").Int(died).Str(" died, ").Int(hung).Str(" were blocked and killed\n")
	spawnOnce()
}

// Random numbers and arguments, several programs at once.
func hostileTogether() {
	var pids [4]int
	end := sys.Now() + 3e9
	for i := range pids {
		pids[i] = fork(func() {
			state := uint64(i)*7919 + 1
			for sys.Now() < end {
				pid := fork(func() {
					detach()
					for range 8 {
						nr := uintptr(random(&state) % 440)
						if !harmful(nr) && nr != syscall.SYS_RT_SIGSUSPEND {
							hostileCall(nr, &state)
						}
					}
					sys.Exit(0)
				})
				random(&state)
				if _, ended := waitLimited(pid, 50e6); !ended {
					sys.Kill(pid, sys.SIGKILL)
					wait(pid)
				}
			}
		})
	}
	for _, pid := range pids {
		ended(wait(pid), 0, "the one who watches")
	}
	spawnOnce()
}

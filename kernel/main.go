// Gossamer is a kernel: see docs/design.md. This package is the order in which things start,
// and the wiring between them.
package main

import (
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"syscall"

	"gossamer/arch/amd64"
	"gossamer/boot"
	"gossamer/kernel/fs"
	"gossamer/kernel/goos"
	"gossamer/kernel/hardware"
	"gossamer/kernel/machine"
	"gossamer/kernel/mem"
	"gossamer/kernel/sched"
	ksyscall "gossamer/kernel/syscall"
	"gossamer/lwp"
	"gossamer/proc"
)

func main() {
	limitHeap()
	frames := mem.NewFrames(goos.Frames{})
	cpus := int(amd64.CPUs())
	startTrace(cpus)
	machine.FindQueue()
	sched.Start(&machine.Sched{}, cpus)
	tree := fs.New(frames)
	tree.Clock = goos.Wall
	tree.MaxPages = maxFilePages()
	devices := logMachine()
	unpackInitramfs(tree)

	var s *proc.System
	openConsoles(func(pgrp int, sig syscall.Signal) { s.SignalGroup(proc.PID(pgrp), sig) }).addDevices(tree)
	must(tree.AddMemoryDevices("/dev", random{}))
	onLine(goos.Alarm, sched.TimerTick)
	go serveInterrupts()
	startDevices(devices)

	s = proc.NewSystem(proc.Machine{
		NewContext:   func() lwp.Context { return machine.NewContext() },
		NewPageTable: machine.PageTables(frames),
		Frames:       frames,
		Now:          goos.Now,
		WallClock:    goos.Wall,
		Random:       random{},
		CPUs:         func() int { return int(amd64.CPUs()) },
		MemInfo:      func() proc.MemInfo { return memInfo(frames) },
		CPUInfo:      cpuInfo,
		Hardware:     devices.Report,
		HeapOK:       heapOK,
		Reclaim:      reclaim,
		TimeSlice:    goos.SliceNS,
		Log:          logf,
		Exit:         exit,
		Power:        power,
		InitDied:     func(why string) { finishTrace(); fatal("init died: %s", why) },
		Cmdline:      string(boot.Boot.CommandLine()),
		Release:      release,
		Version:      runtime.Version(),
	}, tree)
	ksyscall.Install(s, testCalls())
	must(s.MountProc("/proc"))

	console, err := tree.Open(nil, tree.Root(), "/dev/console", os.O_RDWR, 0)
	must(err)
	path := "/bin/init"
	if v, ok := boot.Option("init"); ok {
		path = v
	}
	if _, err := s.StartInit(path, []string{path}, []string{"PATH=/bin", "HOME=/", "TERM=linux"}, console); err != nil {
		fatal("cannot start %s: %v", path, err)
	}
	select {}
}

// startDevices starts the drivers of keyboards, in the background.
func startDevices(m *hardware.Machine) {
	m.Start(hardware.Config{
		Typed:  typed,
		OnLine: onLine,
		Log:    logf,
		Reboot: func() { power(proc.PowerRestart) },
		Serial: theConsoles.onSerial != nil,
	})
}

// release is what uname(2) calls the release.
const release = "0.1"

// random is the kernel's source of random bytes: the runtime's generator (ChaCha8), seeded
// by goos at boot.
type random struct{}

func (random) Read(p []byte) (int, error) {
	for i := 0; i < len(p); {
		for v, k := rand.Uint64(), 0; k < 8 && i < len(p); k++ {
			p[i] = byte(v >> (8 * k))
			i++
		}
	}
	return len(p), nil
}

var _ io.Reader = random{}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

package goos

import (
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/boot"
	"gossamer/kernel/dev/uart"
	"gossamer/kernel/frame"
)

// onBoot sets the machine up on the boot CPU, which so far has the boot stub's page tables
// and a static CPU record, and returns the stack pointer of the runtime's first thread.
// Bare.
func onBoot(c *amd64.CPU, protocol, info uint64) (sp uintptr) {
	start := amd64.RDTSC()
	frame.DirectMap = amd64.DirectBase
	ok := boot.Parse(boot.Protocol(protocol), frame.Addr(info))
	openLog()
	openScreen()
	if !ok {
		fatal(c, "the boot loader's information makes no sense", protocol, info, 0)
	}
	amd64.EnableFeatures()
	amd64.InitPAT()
	amd64.FindACPI(&boot.Boot)

	header := boot.StubHeader()
	imageEnd := frame.Addr(header.ImageEnd)
	n := uint64(amd64.Topology.CPUs())
	if v, ok := boot.Option("maxcpus"); ok {
		n = max(1, min(n, number(v)))
	}
	blocks := carve(imageEnd, frame.Addr(n*amd64.CPUBlock))
	if blocks == 0 {
		fatal(c, "no memory for the CPUs' stacks", n, 0, 0)
	}
	initFrames(imageEnd, blocks, frame.Addr(n*amd64.CPUBlock), int(n))
	low := frame.AllocBelow(1 << 20) // for the trampoline
	mapKernel(c, imageEnd)
	showScreen()

	amd64.SetBlocks(blocks, n)
	amd64.InitTables()
	c = amd64.At(0)
	amd64.Move(c)
	c.SetRoot(amd64.KernelRoot())
	c.Install()
	_, amd64.DebugExitEnabled = boot.Option("debugexit")
	amd64.InitPIC(vecPIC)
	amd64.InitLAPIC(true, amd64.VecTimer, amd64.VecSpurious)
	amd64.InitIOAPIC()
	c.APICID = amd64.LAPICID()
	amd64.Calibrate()
	setClock(start, amd64.TSCHz, amd64.ReadRTC()*1e9)

	t := newThread(0)
	t.state = running
	c.IdleThr = newIdle(c).addr()
	c.SetCur(t.addr())
	c.SetOnline()
	c.NextTick = amd64.RDTSC() + sliceTicks
	arm(c)
	startOthers(c, low, n)
	return arguments()
}

// carve finds n bytes of usable memory for the CPU blocks, above the kernel image and clear
// of everything that the loader put there; 0 if there is none.
func carve(imageEnd, n frame.Addr) frame.Addr {
	usable, reserved := boot.Boot.FrameRanges(imageEnd)
	for _, u := range usable {
		at := max(u.Start, imageEnd)
		for again := true; again; {
			at = (at + frame.Size - 1) &^ (frame.Size - 1)
			again = false
			for _, r := range reserved {
				if at < r.End && r.Start < at+n {
					at, again = r.End, true
				}
			}
		}
		if at+n <= u.End && at+n <= 4<<30 {
			return at
		}
	}
	return 0
}

// ranges is where initFrames and mapKernel put their lists.
var ranges [boot.MaxRegions + boot.MaxModules + 2]frame.Range

func initFrames(imageEnd, blocks, size frame.Addr, ncpu int) {
	usable, reserved := boot.Boot.FrameRanges(imageEnd)
	n := copy(ranges[:], reserved)
	ranges[n] = frame.Range{Start: blocks, End: blocks + size}
	frame.Init(usable, ranges[:n+1], ncpu)
	total, _, _ := frame.Stats()
	frame.SetReserve(total / reserveShare)
}

// reserveShare: one frame in so many is kept for the kernel's own heap, so that a program
// that takes all memory cannot stop the kernel.
const reserveShare = 16

// mapKernel loads the kernel's own page tables: memory, firmware's tables, the first MiB
// (where some of those are), device registers.
func mapKernel(c *amd64.CPU, imageEnd frame.Addr) {
	n := 0
	for _, r := range boot.Boot.Regions() {
		switch r.Type {
		case boot.Usable, boot.ACPIReclaimable, boot.ACPINonVolatile:
			ranges[n] = r.Range
			n++
		}
	}
	ranges[n] = frame.Range{Start: 0, End: 1 << 20}
	n++
	for _, m := range boot.Boot.Modules() {
		ranges[n] = m
		n++
	}
	var pages [amd64.MaxDevicePages]amd64.MMIO
	var devices [amd64.MaxDevicePages]frame.Range
	k := amd64.DevicePages(pages[:])
	for i, p := range pages[:k] {
		devices[i] = frame.Range{Start: p.Addr, End: p.Addr + frame.Addr(p.Size)}
	}
	if !amd64.BuildKernelMap(ranges[:n], devices[:k], imageEnd) {
		fatal(c, "no memory for the kernel's page tables", 0, 0, 0)
	}
}

// startOthers brings the other CPUs up, those that answer.
func startOthers(c *amd64.CPU, page frame.Frame, n uint64) {
	if n == 1 || page == frame.None {
		amd64.SetNumber(1)
		return
	}
	for i := uint64(1); i < n; i++ {
		o := amd64.At(i)
		o.ID = i
		o.IdleThr = newIdle(o).addr()
	}
	started := 0
	if trampoline.Install(page.Addr(), boot.StubHeader()) {
		k := amd64.Topology.Targets(c.APICID, apicIDs[:n-1])
		started = amd64.StartAPs(&trampoline, apicIDs[:k])
	}
	amd64.SetNumber(uint64(started) + 1)
	frame.Free(0, page)
}

var (
	trampoline boot.Trampoline
	apicIDs    [amd64.MaxCPU]uint32
)

// vecPIC is where the 8259s, masked, would interrupt if they misbehave.
const vecPIC = 0xe0

const bootStackSize = 96 << 10

// bootStack is the first runtime thread's: the runtime takes 64 KiB below the pointer it is
// given to be its.
var bootStack [bootStackSize / 8]uint64

var (
	programName = [...]byte{'g', 'o', 's', 's', 'a', 'm', 'e', 'r', 0}
	environment = [...]byte{'G', 'O', 'T', 'R', 'A', 'C', 'E', 'B', 'A', 'C', 'K', '=', 's', 'y', 's', 't', 'e', 'm', 0}
	seed        [2]uint64
)

func firstStack() (lo, hi uintptr)

// arguments lays out what a Linux program finds on its stack: argc, argv, envp, auxv.
func arguments() uintptr {
	_, hi := firstStack()
	randomBytes(uintptr(unsafe.Pointer(&seed)), 16)
	w := (*[16]uint64)(unsafe.Pointer(hi - 128))
	const (
		atPageSize = 6
		atRandom   = 25
	)
	*w = [16]uint64{
		1, uint64(uintptr(unsafe.Pointer(&programName))), 0,
		uint64(uintptr(unsafe.Pointer(&environment))), 0,
		atPageSize, frame.Size,
		atRandom, uint64(uintptr(unsafe.Pointer(&seed))),
		0, 0,
	}
	return hi - 128
}

// number reads a decimal number, up to the first other character.
func number(s string) (n uint64) {
	for i := 0; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		n = n*10 + uint64(s[i]-'0')
	}
	return n
}

// openLog chooses where the kernel's log goes: to what the console is on, and of the serial ports to
// COM2 if the command line says so.
func openLog() {
	serial, onScreen := ConsoleDevices()
	logOnScreen = onScreen
	v, _ := boot.Option("log")
	switch {
	case v == "com2":
		setLogPort(uart.COM2)
	case serial:
		setLogPort(uart.COM1)
	}
}

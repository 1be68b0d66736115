package goos

import (
	"gossamer/arch/amd64"
)

// Exit codes for the emulator's exit port (tools/run knows them).
const (
	exitPass  = 0x10
	exitFail  = 0x11
	exitPanic = 0x12
)

// onFatal reports a fault in bare Go, a double fault or a machine check. It does not return.
func onFatal(c *amd64.CPU, vector, ip, sp uint64) {
	what := "fault in bare Go: vector, instruction, stack"
	switch vector {
	case amd64.VecDouble:
		what = "double fault: vector, instruction, stack"
	case amd64.VecMachine:
		what = "machine check: vector, instruction, stack"
	}
	fatal(c, what, vector, ip, sp)
}

// fatal stops the machine with a message. Bare.
func fatal(c *amd64.CPU, what string, a, b, d uint64) {
	stopOthers(c)
	reported = true // soon: the screen is for that
	logString("\nkernel panic: ")
	logString(what)
	logString("\n  cpu ")
	logNumber(c.ID)
	logString("  ")
	logHex(a)
	logString(" ")
	logHex(b)
	logString(" ")
	logHex(d)
	logString("  cr2 ")
	logHex(amd64.Cr2())
	if c.Cur() != 0 {
		t := current(c)
		logString("\n  thread ")
		logNumber(t.id)
		logString(" ip ")
		logHex(t.IP)
		logString(" sp ")
		logHex(t.SP)
		logString(" call ")
		logNumber(t.AX)
	}
	logString("\n")
	reportDeath()
	stop(exitPanic)
}

// exitGroup ends the kernel: the runtime has called exit_group, after a panic that nobody
// recovered (and its traceback) or because main returned, which it does not.
func exitGroup(c *amd64.CPU, status uint64) {
	stopOthers(c)
	reportDeath()
	logString("\nkernel panic: the Go runtime exits with status ")
	logNumber(status)
	logString("\n")
	stop(exitPanic)
}

// stop leaves the emulator with code, if this is one that was told to expect it, or halts.
func stop(code uint8) {
	flushConsole()
	amd64.DebugExit(code)
	for {
		amd64.Halt()
	}
}

// Exit ends the machine's run with a program's exit status: the emulator's exit port tells
// pass or fail; where there is none, the power goes off.
func Exit(status int) { amd64.Bare(exitBare, uint64(status), 0) }

func exitBare(c *amd64.CPU, status, _ uint64) uint64 {
	stopOthers(c)
	flushConsole()
	finishScreen()
	code := uint8(exitPass)
	if status != 0 {
		code = exitFail
	}
	amd64.DebugExit(code)
	powerOff()
	stop(code)
	return 0
}

// PowerOff, Reboot and Halt are what their names say, for good.
func PowerOff() { amd64.Bare(powerOffBare, 0, 0) }
func Reboot()   { amd64.Bare(rebootBare, 0, 0) }
func Halt()     { amd64.Bare(haltBare, 0, 0) }

// Die ends the kernel after the caller has logged why: the emulator's exit port says panic;
// where there is none the machine halts, with the reason still to be read.
func Die() { amd64.Bare(dieBare, 0, 0) }

func dieBare(c *amd64.CPU, _, _ uint64) uint64 {
	stopOthers(c)
	reportDeath()
	logString("halted\n")
	stop(exitPanic)
	return 0
}

func powerOffBare(c *amd64.CPU, _, _ uint64) uint64 { return exitBare(c, 0, 0) }

func rebootBare(c *amd64.CPU, _, _ uint64) uint64 {
	stopOthers(c)
	flushConsole()
	finishScreen()
	reset()
	stop(exitPass)
	return 0
}

func haltBare(c *amd64.CPU, _, _ uint64) uint64 {
	stopOthers(c)
	finishScreen()
	stop(exitPass)
	return 0
}

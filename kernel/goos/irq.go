package goos

import (
	"sync/atomic"

	"gossamer/arch/amd64"
)

// Interrupts reach kernel Go through one thread that waits for any of 62 lines; bit 62
// stands for the screen, bit 63 for the alarm. Guarded by sched.
const alarmLine = 63

var (
	pendingIRQ uint64
	irqThread  uintptr // it waits, or 0
	alarm      uint64  // TSC; 0 = none
)

// Lines 0 to 15 are the ISA interrupts'; those from firstMSI on are for devices that send
// messages, and are given out once.
const firstMSI = 16

var nextMSI atomic.Uint32 // lines given out

// RouteISA makes an ISA interrupt, 0 … 15, raise the line of the same number. It reports false if
// there is no I/O APIC that has it, or it is signalled by level: until kernel Go has served the
// device, the CPU that it interrupts would come to nothing else.
func RouteISA(irq int) bool {
	return irq >= 0 && irq < firstMSI && amd64.Bare(routeISA, uint64(irq), 0) != 0
}

func routeISA(_ *amd64.CPU, irq, _ uint64) uint64 {
	if _, level, _ := amd64.Topology.ISA(uint8(irq)); level {
		return 0
	}
	if !amd64.RouteISA(uint8(irq), amd64.VecDevice+uint8(irq), amd64.At(0).APICID) {
		return 0
	}
	return 1
}

// NewMSI returns a line, and the message that raises it: what a device shall write, and where. It
// reports false if all lines are in use, or the first CPU cannot be reached by messages.
func NewMSI() (line int, addr uint64, data uint32, ok bool) {
	line = firstMSI + int(nextMSI.Add(1)) - 1
	if line >= ScreenLine {
		nextMSI.Add(^uint32(0))
		return 0, 0, 0, false
	}
	addr, data, ok = amd64.MSI(uint8(amd64.VecDevice+line), amd64.At(0).APICID)
	return line, addr, data, ok
}

// raiseIRQ takes note of a device interrupt.
func raiseIRQ(c *amd64.CPU, vector uint64) {
	if vector < amd64.VecDevice || vector >= amd64.VecDevice+ScreenLine {
		return
	}
	if vector == amd64.VecDevice+ConsoleLine {
		console.Interrupt()
	}
	pendingIRQ |= 1 << (vector - amd64.VecDevice)
	wakeIRQ(c)
}

func wakeIRQ(c *amd64.CPU) {
	if irqThread != 0 {
		t := at(irqThread)
		takeIRQs(t)
		wake(c, t)
	}
}

// takeIRQs makes what is pending the result of t's wait.
func takeIRQs(t *thread) {
	irqThread = 0
	if alarm != 0 && amd64.RDTSC() >= alarm {
		alarm = 0
		pendingIRQ |= 1 << alarmLine
	}
	t.AX = pendingIRQ
	pendingIRQ = 0
}

// waitForIRQ serves nrWaitIRQ: AX = the lines that were raised. One thread at a time.
func waitForIRQ(c *amd64.CPU, t *thread) {
	if irqThread != 0 {
		t.AX = errno(ebusy)
		return
	}
	if pendingIRQ != 0 || alarm != 0 && amd64.RDTSC() >= alarm {
		takeIRQs(t)
		return
	}
	irqThread = t.addr()
	t.state = waitIRQ
	if alarm != 0 {
		sleepUntil(c, t, alarm)
	}
	schedule(c)
}

// setAlarm makes the wait end at TSC a; 0 = no alarm. Bare call.
func setAlarm(c *amd64.CPU, a, _ uint64) uint64 {
	sched.lock(c)
	alarm = a
	if irqThread != 0 {
		t := at(irqThread)
		dropSleeper(t)
		if a != 0 {
			sleepUntil(c, t, a)
		}
	}
	sched.unlock()
	return 0
}

const ebusy = 16

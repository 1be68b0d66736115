package main

import (
	"fmt"
	"strconv"
	"sync"

	"gossamer/arch/amd64"
	"gossamer/boot"
	"gossamer/kernel/goos"
	ksyscall "gossamer/kernel/syscall"
	"gossamer/kernel/trace"
)

// Room for events, all rings together, unless "trace=N" says otherwise; and of interrupts, for
// each CPU.
const (
	traceEvents     = 1 << 17
	maxTraceEvents  = 1 << 20
	traceInterrupts = 1 << 12
)

var tracing struct {
	interrupts *goos.InterruptLog // nil: tracing is off
	finish     sync.Once
}

// startTrace turns tracing on if the command line says "trace".
func startTrace(dispatchers int) {
	v, on := boot.Option("trace")
	if !on {
		return
	}
	events := traceEvents
	if n, err := strconv.Atoi(v); err == nil && n > 0 {
		events = min(n, maxTraceEvents)
	}
	trace.Start(trace.Config{
		Dispatchers: dispatchers,
		Events:      events,
		Clock:       amd64.RDTSC,
		Hz:          goos.TSC(),
		CPU:         func() int { return int(amd64.Bare(thisCPU, 0, 0)) },
	})
	tracing.interrupts = goos.TraceInterrupts(traceInterrupts)
}

func thisCPU(c *amd64.CPU, _, _ uint64) uint64 { return c.ID }

// finishTrace stops tracing, if it is on, and writes what there is to the trace port. It comes
// before the machine stops.
func finishTrace() {
	if tracing.interrupts == nil {
		return
	}
	tracing.finish.Do(func() {
		tr := trace.Active()
		tr.Stop()
		goos.StopInterrupts()
		log := tr.Snapshot(ksyscall.Name)
		log.Rings = append(log.Rings, interrupts())
		events, lost := log.Count()
		if !tracePort.there() {
			logf("trace: there is no port to write it to")
			return
		}
		log.Encode(tracePort)
		logf(fmt.Sprintf("gossamer: trace of %d events, %d lost", events, lost))
	})
}

// interrupts is what bare code has recorded.
func interrupts() (r trace.Ring) {
	for cpu := range int(amd64.CPUs()) {
		r.Lost += tracing.interrupts.Read(cpu, func(tsc uint64, vector uint8, user bool) {
			e := trace.Event{Time: tsc, Kind: trace.Interrupt, CPU: uint8(cpu), A: uint64(vector)}
			if user {
				e.B = 1
			}
			r.Events = append(r.Events, e)
		})
	}
	return r
}

// debugPort is a port of the emulator's (isa-debugcon) that takes a byte at a time, always.
type debugPort uint16

const tracePort debugPort = 0xe9

// there reports whether the emulator has the port: it reads as its own number.
func (p debugPort) there() bool { return amd64.Inb(uint16(p)) == uint8(p) }

func (p debugPort) Write(b []byte) (int, error) {
	for _, c := range b {
		amd64.Outb(uint16(p), c)
	}
	return len(b), nil
}

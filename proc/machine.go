package proc

import (
	"io"

	"gossamer/kernel/mem"
	"gossamer/lwp"
)

// Machine is what processes need from the rest of the machine. The kernel fills it in with
// the real thing, host tests with a fake. Every field is set; all may be called by any thread
// at any time, and none blocks.
type Machine struct {
	NewContext   func() lwp.Context
	NewPageTable func() (mem.PageTable, error)
	Frames       mem.Frames

	Now       func() int64 // CLOCK_MONOTONIC, ns
	WallClock func() int64 // CLOCK_REALTIME, ns since 1970
	Random    io.Reader    // of cryptographic quality; never fails
	CPUs      func() int   // how many are running
	MemInfo   func() MemInfo
	CPUInfo   func() string // the contents of /proc/cpuinfo
	Hardware  func() string // the contents of /proc/hardware
	TimeSlice int64         // ns for which a thread may compute while others wait
	HeapOK    func() bool   // the kernel's heap is within its budget
	Reclaim   func() bool   // gives back what the kernel's heap does not need; true: there are free frames
	Log       func(string)  // one message, possibly of several lines

	Exit     func(code int)     // tell the machine's owner an exit status, and stop
	Power    func(action Power) // reboot(2)
	InitDied func(why string)   // process 1 has ended: nothing is left to run
	Cmdline  string             // the kernel's command line
	Release  string             // uname's release
	Version  string             // uname's version
}

// Power is what reboot(2) may ask for.
type Power int

const (
	PowerOff Power = iota
	PowerRestart
	PowerHalt
)

// MemInfo is the state of the machine's memory, in bytes.
type MemInfo struct {
	Total, Free   uint64 // page frames
	Heap, HeapMax uint64 // the kernel's Go heap, and its budget
}

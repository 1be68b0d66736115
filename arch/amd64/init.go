package amd64

import (
	"sync/atomic"
	"unsafe"

	"gossamer/kernel/frame"
)

// Control register bits, SDM 3A 2.5.
const (
	cr4MCE      = 1 << 6
	cr4PGE      = 1 << 7
	cr4UMIP     = 1 << 11
	cr4FSGSBASE = 1 << 16
	cr4SMEP     = 1 << 20
	cr4SMAP     = 1 << 21
)

var (
	cr4         uint64 // bits that every CPU sets
	hasFSGSBASE uint8  // for assembly
	hasSMAP     uint8
)

//go:noescape
func fxsave(p *[512]byte)

//go:noescape
func imageBounds(p *[4]uintptr)

func idleAddress() uintptr

// IdleAddress is where a CPU's idle thread begins.
func IdleAddress() uintptr { return idleAddress() }

// EnableFeatures finds out what the CPU has, on the boot CPU, and turns on what the kernel
// uses of it. What is missing is done without: see Has. Bare.
func EnableFeatures() {
	Detect()
	bit := func(has bool, b uint64) uint64 {
		if has {
			return b
		}
		return 0
	}
	// Without MCE a machine check shuts the CPU down, with nobody told.
	cr4 = bit(Has.MCE, cr4MCE) | bit(Has.PGE, cr4PGE) | bit(Has.UMIP, cr4UMIP) | bit(Has.FSGSBASE, cr4FSGSBASE) |
		bit(Has.SMEP, cr4SMEP) | bit(Has.SMAP, cr4SMAP)
	hasFSGSBASE = uint8(bit(Has.FSGSBASE, 1))
	hasSMAP = uint8(bit(Has.SMAP, 1))
	SetCr4(Cr4() | cr4)
	if fxsave(&fxImage); *(*uint32)(unsafe.Pointer(&fxImage[28])) != 0 {
		MXCSRMask = *(*uint32)(unsafe.Pointer(&fxImage[28]))
	}
}

var fxImage [512]byte

// SetBlocks makes the n CPU blocks at a, contiguous physical memory, those of the CPUs.
// Boot CPU, before any other comes up.
func SetBlocks(a frame.Addr, n uint64) {
	cpuBlocks, ncpu = a.Ptr(), n
	for i := range n {
		clear(unsafe.Slice((*byte)(unsafe.Pointer(At(i))), CPUBlock))
	}
}

// SetNumber says how many of the CPUs have come up, if fewer than there are blocks.
func SetNumber(n uint64) { ncpu = n }

// SetOnline marks c as up: others may interrupt it.
func (c *CPU) SetOnline() { atomic.StoreUint32(&c.online, 1) }

// SetRoot tells c which table it runs on.
func (c *CPU) SetRoot(root frame.Addr) { atomic.StoreUint64(&c.cr3, uint64(root)) }

// StopOthers makes every other CPU halt for good, whatever it is doing.
func StopOthers(me *CPU) {
	atomic.StoreUint32(&stopping, 1)
	for i := range ncpu {
		if c := At(i); c != me && c.Online() {
			SendNMI(c.APICID)
		}
	}
}

// RDRAND returns a random number from the CPU; ok is false if it had none at hand. Only
// where Has.RDRAND.
func RDRAND() (v uint64, ok bool)

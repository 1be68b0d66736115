package mem_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"gossamer/arch/amd64"
	"gossamer/kernel/frame"
	"gossamer/kernel/mem"
	"gossamer/kernel/mem/memtest"
	"gossamer/kernel/mmu"
)

const page = mem.PageSize

// hardware is the table of package mmu, read as the CPU would.
type hardware struct{ *mmu.PageTable }

func (h hardware) at(va mem.VirtAddr, want amd64.PTE) []byte {
	want |= amd64.Present | amd64.User
	e, level := amd64.Walk(frame.Addr(h.Root()), uintptr(va))
	if level != 1 || *e&want != want {
		return nil
	}
	return e.Addr().Frame().Bytes()[va%page:]
}

func (h hardware) CopyIn(dst []byte, va mem.VirtAddr) (n int) {
	for n < len(dst) {
		b := h.at(va+mem.VirtAddr(n), 0)
		if b == nil {
			break
		}
		n += copy(dst[n:], b)
	}
	return n
}

func (h hardware) CopyOut(va mem.VirtAddr, src []byte) (n int) {
	for n < len(src) {
		b := h.at(va+mem.VirtAddr(n), amd64.Writable)
		if b == nil {
			break
		}
		n += copy(b, src[n:])
	}
	return n
}

// kind is a machine with one of the two kinds of page tables.
type kind struct {
	*memtest.Machine
	*testing.T
	newPT func() (mem.PageTable, error)
	free  uint64 // frames at the start
}

// useNX gives the CPU of package amd64 that bit.
func useNX(t testing.TB) {
	nx := amd64.NXBit
	amd64.NXBit = amd64.NX
	t.Cleanup(func() { amd64.NXBit = nx })
}

// onBoth runs test with the table in software and with that of package mmu.
func onBoth(t *testing.T, size int, test func(k *kind)) {
	t.Run("fake", func(t *testing.T) {
		m := memtest.New(t, size)
		k := &kind{m, t, m.NewTable, m.FreeFrames()}
		test(k)
		m.CheckLeaks(k.free)
	})
	t.Run("mmu", func(t *testing.T) {
		m := memtest.New(t, size)
		useNX(t)
		k := &kind{m, t, func() (mem.PageTable, error) {
			p, err := mmu.NewPageTable(m, m.KernelRoot)
			if err != nil {
				return nil, err
			}
			return hardware{p}, nil
		}, m.FreeFrames()}
		test(k)
		m.CheckLeaks(k.free)
	})
}

func (k *kind) space() *mem.AddressSpace {
	k.Helper()
	as, err := mem.New(k, k.newPT)
	if err != nil {
		k.Fatal(err)
	}
	return as
}

// destroy ends as after taking it off all CPUs.
func destroy(as *mem.AddressSpace) {
	if t, ok := as.PT().(*memtest.Table); ok {
		t.Idle()
	}
	as.Destroy()
}

func (k *kind) mustMap(as *mem.AddressSpace, addr mem.VirtAddr, length uint64, p mem.Prot, flags mem.MapFlags, b mem.Backing, off int64) mem.VirtAddr {
	k.Helper()
	at, err := as.Map(addr, length, p, flags, b, off)
	if err != nil {
		k.Fatalf("Map(%#x, %#x): %v", addr, length, err)
	}
	return at
}

func (k *kind) want(err, want error) {
	k.Helper()
	if !errors.Is(err, want) && err != want {
		k.Errorf("error %v, want %v", err, want)
	}
}

func get(as *mem.AddressSpace, va mem.VirtAddr) (uint64, error) {
	var b [8]byte
	err := as.CopyIn(b[:], va)
	return binary.LittleEndian.Uint64(b[:]), err
}

func put(as *mem.AddressSpace, va mem.VirtAddr, v uint64) error {
	return as.CopyOut(va, binary.LittleEndian.AppendUint64(nil, v))
}

func (k *kind) mustGet(as *mem.AddressSpace, va mem.VirtAddr, want uint64) {
	k.Helper()
	if v, err := get(as, va); v != want || err != nil {
		k.Errorf("at %#x: %#x, %v; want %#x", va, v, err, want)
	}
}

func (k *kind) mustPut(as *mem.AddressSpace, va mem.VirtAddr, v uint64) {
	k.Helper()
	if err := put(as, va, v); err != nil {
		k.Errorf("write at %#x: %v", va, err)
	}
}

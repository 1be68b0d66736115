package goos

import (
	"encoding/binary"
	"testing"

	"gossamer/arch/amd64"
	"gossamer/boot"
	"gossamer/kernel/frame"
)

// A line signalled by level is not routed: it is for kernel Go, which is too late for that.
func TestLevelIsNotRouted(t *testing.T) {
	machine(t)
	defer func() { amd64.Topology = amd64.Machine{} }()
	at := frame.Addr(2 * amd64.CPUBlock)
	le := binary.LittleEndian
	fix := func(b []byte, where int) {
		sum := byte(0)
		for _, v := range b {
			sum += v
		}
		b[where] -= sum
	}
	table := func(at frame.Addr, signature string, body []byte) {
		b := arena[at : int(at)+36+len(body)]
		clear(b)
		copy(b, signature)
		le.PutUint32(b[4:], uint32(len(b)))
		copy(b[36:], body)
		fix(b, 9)
	}
	rsdp, rsdt, madt, chip := at, at+0x100, at+0x200, at+0x1000
	b := arena[rsdp : rsdp+20]
	clear(b)
	copy(b, "RSD PTR ")
	le.PutUint32(b[16:], uint32(rsdt))
	fix(b, 8)
	table(rsdt, "RSDT", le.AppendUint32(nil, uint32(madt)))
	entries := append(make([]byte, 8), 1, 12, 0, 0)
	entries = le.AppendUint32(le.AppendUint32(entries, uint32(chip)), 0)
	entries = append(entries, 2, 10, 0, 1, 1, 0, 0, 0, 0xf, 0) // IRQ 1: level, low
	table(madt, "APIC", entries)
	le.PutUint32(arena[chip+0x10:], 23<<16|0x20) // its version, whatever is asked for
	amd64.FindACPI(&boot.Info{RSDP: rsdp})
	amd64.InitIOAPIC()
	if routeISA(nil, 12, 0) != 1 {
		t.Error("line 12, by edge, was not routed")
	}
	if routeISA(nil, 1, 0) != 0 {
		t.Error("line 1, by level, was routed")
	}
}

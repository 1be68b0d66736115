package boot

import (
	"encoding/binary"
	"syscall"
	"testing"
	"unsafe"

	"gossamer/kernel/frame"
)

// arenaSize is the physical memory of the tests; pages that fault surround it.
const arenaSize = 2 << 20

// arena makes host memory the physical memory from address 0 on, and all there is.
func arena(t testing.TB) []byte {
	const guard = 1 << 20
	m, err := syscall.Mmap(-1, 0, arenaSize+2*guard, syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	in := m[guard : guard+arenaSize]
	if err := syscall.Mprotect(in, syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
		t.Fatal(err)
	}
	oldMap, oldReach := frame.DirectMap, Reach
	frame.DirectMap, Reach = uintptr(unsafe.Pointer(unsafe.SliceData(in))), arenaSize
	t.Cleanup(func() {
		frame.DirectMap, Reach = oldMap, oldReach
		syscall.Munmap(m)
	})
	return in
}

// put writes values one after the other at m[at:] and returns where they end.
func put(m []byte, at int, values ...any) int {
	for _, v := range values {
		n, err := binary.Encode(m[at:], binary.LittleEndian, v)
		if err != nil {
			panic(err)
		}
		at += n
	}
	return at
}

package goos

import (
	"unsafe"

	"gossamer/arch/amd64"
)

// Randomness for the runtime (map seeds, and crypto/rand's reader): RDRAND where the CPU
// has it, mixed with the time-stamp counter; without RDRAND it is the counter's jitter
// alone, good enough for hash seeds and no more (CAVEATS.md).
var mixed uint64

func randomWord() uint64 {
	mixed += amd64.RDTSC() * 0x9e3779b97f4a7c15
	if amd64.Has.RDRAND {
		if v, ok := amd64.RDRAND(); ok {
			mixed ^= v
		}
	}
	z := mixed // splitmix64's finish
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func randomBytes(p uintptr, n uint64) {
	for i := range n {
		*(*byte)(unsafe.Pointer(p + uintptr(i))) = byte(randomWord() >> 32)
	}
}

func random(c *amd64.CPU, p uintptr, n uint64) uint64 {
	n = min(n, 256)
	populateRange(c, p, uintptr(n))
	randomBytes(p, n)
	return n
}

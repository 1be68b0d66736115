package main

import (
	"math/bits"
	"unsafe"

	"gossamer/ulib/sys"
)

// found is what a client has found.
type found struct {
	right, wrong   uint32 // answers
	total, longest int64  // ns from connecting to the whole answer
	waits          [40]uint32
}

// took notes how long a right answer took. waits[i] counts those below 2^i µs.
func (f *found) took(ns int64) {
	f.right++
	f.total += ns
	f.longest = max(f.longest, ns)
	f.waits[min(bits.Len64(uint64(ns/1000)), len(f.waits)-1)]++
}

func (f *found) add(o *found) {
	f.right += o.right
	f.wrong += o.wrong
	f.total += o.total
	f.longest = max(f.longest, o.longest)
	for i := range f.waits {
		f.waits[i] += o.waits[i]
	}
}

// below is a time in µs, a power of two, below which that many per cent of the answers took.
func (f *found) below(percent int) int {
	n := uint32(0)
	for i := range f.waits {
		if n += f.waits[i]; n*100 >= f.right*uint32(percent) {
			return min(1<<i, int(f.longest/1000)+1)
		}
	}
	return 0
}

// client is a client's process: it makes its requests one after the other, and checks the answers.
func client(c int) {
	var f found
	var b [1]byte
	sys.Read(int(gate.r), b[:]) // until the server is there
	seed := uint32(c + 1)
	for i := range requests {
		seed = seed*1664525 + 1013904223
		page := int(seed >> 16 % pages)
		if seed>>28&1 != 0 {
			page = int(seed >> 16 % 8) // some are asked for more often
		}
		status, path := 200, "GET /page/"
		switch i % 16 {
		case 7:
			status, page = 404, page+pages
		case 13:
			status, path = 400, "PUT /page/"
		}
		from := sys.Now()
		b[0] = byte(c)
		sys.Write(int(listen.w), b[:])
		if i%8 == 3 {
			sys.Sleep(200e3) // its network is slow
		}
		var line [maxLine]byte
		n := put(line[:], 0, path, page)
		n += copy(line[n:], " HTTP/1.0\n")
		sys.Write(int(up[c].w), line[:n])
		if status != 200 {
			page = 0
		}
		if isAnswer(int(down[c].r), status, page) {
			f.took(sys.Now() - from)
		} else {
			f.wrong++
		}
	}
	sys.Write(int(results.w), unsafe.Slice((*byte)(unsafe.Pointer(&f)), unsafe.Sizeof(f)))
	sys.Exit(0)
}

// isAnswer reads an answer and reports whether it is what it is to be, to the last byte.
func isAnswer(fd, status, page int) bool {
	var want, got [headSize + pageSize]byte
	body := 0
	if status == 200 {
		body = length(page)
		fill(page, want[headSize:headSize+body])
	}
	head := writeHead(want[:headSize], status, page, body)
	right := want[headSize-head : headSize+body]
	n := 0
	for n < len(right) {
		m, e := sys.Read(fd, got[n:len(right)])
		if m <= 0 || e != 0 {
			return false
		}
		n += m
	}
	return sys.Text(got[:n]) == sys.Text(right)
}

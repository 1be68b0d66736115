package main

import (
	"gossamer/ulib"
	"gossamer/ulib/sys"
)

const (
	pages    = 64   // that there are
	pageSize = 1024 // bytes, at most
	cached   = 24   // pages in memory
	disks    = 4
	diskTime = 500e3 // ns to read a page
)

// A page in memory, or on its way there.
type entry struct {
	page   int // plus one; 0: none
	coming bool
	used   int // stamp
	data   [pageSize]byte
}

var (
	cacheMu   ulib.Mutex
	cache     [cached]entry
	arrived   ulib.Cond // some page has
	stamp     int
	diskReads int
)

// length is that of a page, fill its contents.
func length(page int) int { return 64 + page*37%(pageSize-64) }

func fill(page int, p []byte) {
	for i := range p {
		p[i] = 'a' + byte((page+i)%26)
	}
}

// load copies a page to p and returns its length. It waits for the disk if the page is not in memory,
// and for another thread that is fetching it.
func load(page int, p []byte) int {
	cacheMu.Lock()
	e := lookUp(page)
	for e == nil || e.coming {
		if e != nil {
			arrived.Wait(&cacheMu)
		} else if e = oldest(); e == nil {
			arrived.Wait(&cacheMu) // all are on their way
		} else {
			fetch(e, page)
		}
		e = lookUp(page)
	}
	stamp++
	e.used = stamp
	n := copy(p, e.data[:length(page)])
	cacheMu.Unlock()
	return n
}

// fetch gets a page from its disk into e. cacheMu is held, but not meanwhile.
func fetch(e *entry, page int) {
	e.page, e.coming = page+1, true
	diskReads++
	cacheMu.Unlock()
	readDisk(page, e.data[:])
	cacheMu.Lock()
	e.coming = false
	arrived.Broadcast()
}

// lookUp finds a page, oldest the place of the one that has not been used for longest; nil: there is
// none. cacheMu is held.
func lookUp(page int) *entry {
	for i := range cache {
		if e := &cache[i]; e.page == page+1 {
			return e
		}
	}
	return nil
}

func oldest() (best *entry) {
	for i := range cache {
		if e := &cache[i]; !e.coming && (best == nil || e.used < best.used) {
			best = e
		}
	}
	return best
}

// Disks: the server writes a page's number to ask and reads the page from told. A disk does one
// thing at a time.
var (
	ask, told [disks]wire
	arm       [disks]ulib.Mutex
)

func openDisks() {
	for i := range disks {
		ask[i].open()
		told[i].open()
	}
}

// readDisk reads a page, while which the caller is blocked in the kernel.
func readDisk(page int, p []byte) {
	d := page % disks
	b := [1]byte{byte(page)}
	arm[d].Lock()
	must(ulib.WriteAll(int(ask[d].w), b[:]), "disk")
	for n := 0; n < len(p); {
		m, e := ulib.Read(int(told[d].r), p[n:])
		must(e, "disk")
		if m == 0 {
			must(sys.EIO, "disk")
		}
		n += m
	}
	arm[d].Unlock()
}

// disk is a disk's process, which ends with the server.
func disk(i int) {
	var data [pageSize]byte
	var page [1]byte
	for {
		if n, _ := sys.Read(int(ask[i].r), page[:]); n <= 0 {
			sys.Exit(0)
		}
		sys.Sleep(diskTime)
		fill(int(page[0]), data[:])
		sys.Write(int(told[i].w), data[:])
	}
}

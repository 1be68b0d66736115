package main

import (
	"unsafe"

	"gossamer/ulib/sys"
)

const page = sys.PageSize

// Is fresh memory zero, all of it, and is it gone after munmap?
func mapAnonymous() {
	const pages = 100
	p := anon(pages * page)
	check(p%page == 0, "alignment")
	for i := range uintptr(pages) {
		check(load64(p+i*page+8*i) == 0, "fresh memory is not zero")
		store(p+i*page, byte(i))
	}
	for i := range uintptr(pages) {
		equal(int(load(p+i*page)), int(i), "memory")
	}
	ok(sys.Munmap(p+10*page, page), "munmap in the middle")
	equal(int(load(p+9*page)), 9, "the page before")
	equal(int(load(p+11*page)), 11, "the page behind")
	dies(func() { load(p + 10*page) }, sys.SIGSEGV, "a read of the unmapped page")
	ok(sys.Munmap(p, pages*page), "munmap with a hole in it")
	dies(func() { load(p) }, sys.SIGSEGV, "a read after munmap")
}

// MAP_FIXED replaces what is there by zeros, and only that.
func mapFixed() {
	p := anon(3 * page)
	for i := range uintptr(3) {
		store(p+i*page, 9)
	}
	q, e := sys.Mmap(p+page, page, sys.PROT_READ|sys.PROT_WRITE, sys.MAP_PRIVATE|sys.MAP_ANONYMOUS|sys.MAP_FIXED, -1, 0)
	ok(e, "mmap")
	check(q == p+page, "MAP_FIXED's address")
	equal(int(load(p+page)), 0, "replaced page")
	equal(int(load(p)), 9, "the page before")
	equal(int(load(p+2*page)), 9, "the page behind")
	at := hole()
	q, e = sys.Mmap(at, page, sys.PROT_READ, sys.MAP_PRIVATE|sys.MAP_ANONYMOUS, -1, 0)
	ok(e, "mmap with a hint")
	check(q == at, "a free hint is not taken")
}

// What does mmap refuse?
func mapErrors() {
	const rw, private = sys.PROT_READ | sys.PROT_WRITE, sys.MAP_PRIVATE | sys.MAP_ANONYMOUS
	_, e := sys.Mmap(0, 0, rw, private, -1, 0)
	errno(e, sys.EINVAL, "length 0")
	_, e = sys.Mmap(123, page, rw, private|sys.MAP_FIXED, -1, 0)
	errno(e, sys.EINVAL, "MAP_FIXED and an odd address")
	_, e = sys.Mmap(0, page, rw, sys.MAP_ANONYMOUS, -1, 0)
	errno(e, sys.EINVAL, "neither MAP_PRIVATE nor MAP_SHARED")
	_, e = sys.Mmap(0, 1<<47, rw, private, -1, 0)
	errno(e, sys.ENOMEM, "more than the address space")
	_, e = sys.Mmap(0, ^uintptr(0), rw, private, -1, 0)
	errno(e, sys.ENOMEM, "a length that wraps")
	_, e = sys.Mmap(0xffff800000000000, page, rw, private|sys.MAP_FIXED, -1, 0)
	errno(e, sys.ENOMEM, "MAP_FIXED in the kernel's half")
	_, e = sys.Mmap(0x7fffffffe000, 2*page, rw, private|sys.MAP_FIXED, -1, 0)
	errno(e, sys.ENOMEM, "MAP_FIXED across the end")
	put("file", "x")
	fd := open("file", sys.O_RDONLY)
	_, e = sys.Mmap(0, page, sys.PROT_READ, sys.MAP_PRIVATE, fd, 100)
	errno(e, sys.EINVAL, "an odd offset")
	_, e = sys.Mmap(0, page, rw, sys.MAP_SHARED, fd, 0)
	errno(e, sys.EACCES, "a shared writable mapping of a read-only descriptor")
	_, e = sys.Mmap(0, page, sys.PROT_READ, sys.MAP_PRIVATE, open("file", sys.O_WRONLY), 0)
	errno(e, sys.EACCES, "a mapping of a write-only descriptor")
	errno(sys.Munmap(123, page), sys.EINVAL, "munmap of an odd address")
	errno(sys.Munmap(0x400000, 0), sys.EINVAL, "munmap of length 0")
	errno(sys.Munmap(0xffff800000000000, page), sys.EINVAL, "munmap in the kernel's half")
}

// A private file mapping: the file's bytes, zeros behind its end, own writes only.
func mapFile() {
	fd := create("file")
	for i := range 6000 {
		big[i] = pattern(i)
	}
	sys.Write(fd, big[:6000])
	p, e := sys.Mmap(0, 2*page, sys.PROT_READ|sys.PROT_WRITE, sys.MAP_PRIVATE, fd, 0)
	ok(e, "mmap")
	for i := range 6000 {
		if load(p+uintptr(i)) != pattern(i) {
			equal(i, -1, "the first wrong byte's place")
		}
	}
	equal(int(load(p+6000)), 0, "behind the file's end")
	store(p+1, 200)
	equal(int(load(p+1)), 200, "own write")
	sys.Pread(fd, big[:2], 0)
	equal(int(big[1]), int(pattern(1)), "the file after a private write")
	sys.Close(fd)
	q, e := sys.Mmap(0, page, sys.PROT_READ, sys.MAP_PRIVATE, open("file", sys.O_RDONLY), page)
	ok(e, "mmap with an offset")
	equal(int(load(q)), int(pattern(page)), "the second page")
	sys.Unlink("file")
	equal(int(load(p+5000)), int(pattern(5000)), "a mapping of an unlinked file")
}

// Reading a mapping beyond the file's last page is SIGBUS.
func mapBeyondFile() {
	put("file", "short")
	p, e := sys.Mmap(0, 2*page, sys.PROT_READ, sys.MAP_PRIVATE, open("file", sys.O_RDONLY), 0)
	ok(e, "mmap")
	equal(int(load(p)), 's', "the file's page")
	dies(func() { load(p + page) }, sys.SIGBUS, "a read beyond the file's end")
}

// A shared mapping: writes reach the file, and other processes.
func mapShared() {
	fd := create("file")
	sys.Write(fd, big[:page])
	p, e := sys.Mmap(0, page, sys.PROT_READ|sys.PROT_WRITE, sys.MAP_SHARED, fd, 0)
	ok(e, "mmap")
	store(p+10, 77)
	sys.Pread(fd, big[:11], 0)
	equal(int(big[10]), 77, "the file after a write to memory")
	sys.Pwrite(fd, []byte{88}, 20)
	equal(int(load(p+20)), 88, "memory after a write to the file")
	exits(func() { store(p+30, 99) }, 0, "child")
	equal(int(load(p+30)), 99, "memory after the child's write")
}

// Shared anonymous memory is one for parent and child.
func mapSharedAnonymous() {
	p, e := sys.Mmap(0, 2*page, sys.PROT_READ|sys.PROT_WRITE, sys.MAP_SHARED|sys.MAP_ANONYMOUS, -1, 0)
	ok(e, "mmap")
	store(p, 1)
	exits(func() {
		equal(int(load(p)), 1, "the parent's write")
		store(p, 2)
		store(p+page, 3) // a page that nobody had touched
	}, 0, "child")
	equal(int(load(p)), 2, "the child's write")
	equal(int(load(p+page)), 3, "the child's write to a fresh page")
}

// MAP_GUARDED: the lowest page of every so many bytes is not there, for the program, the kernel and
// children.
func mapGuarded() {
	const n, size, count = 14, 1 << 14, 100
	mapped := func(flags int) (uintptr, sys.Errno) {
		return sys.Mmap(0, (count+1)*size, sys.PROT_READ|sys.PROT_WRITE, flags|sys.MAP_GUARDED, -1, 0)
	}
	for _, bad := range [...]int{0, 1, 12, 48, 63} {
		_, e := mapped(sys.MAP_PRIVATE | sys.MAP_ANONYMOUS | bad<<sys.MAP_GUARDED_SHIFT)
		errno(e, sys.EINVAL, "no such size")
	}
	_, e := mapped(sys.MAP_SHARED | sys.MAP_ANONYMOUS | n<<sys.MAP_GUARDED_SHIFT)
	errno(e, sys.EINVAL, "shared")
	p, e := mapped(sys.MAP_PRIVATE | sys.MAP_ANONYMOUS | n<<sys.MAP_GUARDED_SHIFT)
	ok(e, "mmap")
	p = (p + size - 1) &^ (size - 1)
	for i := range uintptr(count) {
		store(p+i*size+page, 1)
		store(p+i*size+size-1, 2)
	}
	for _, i := range [...]uintptr{0, 1, count - 1} {
		dies(func() { store(p+i*size+page-1, 1) }, sys.SIGSEGV, "a write to a guard page")
		dies(func() { load(p + i*size) }, sys.SIGSEGV, "a read of one")
		_, e := sys.Getcwd(unsafe.Slice((*byte)(unsafe.Pointer(p+i*size)), page))
		errno(e, sys.EFAULT, "the kernel's write to one")
	}
	exits(func() {
		equal(int(load(p+page)), 1, "the child's page")
		store(p+page, 3)
	}, 0, "child")
	equal(int(load(p+page)), 1, "the parent's page")
	ok(sys.Munmap(p, count*size), "munmap")
}

// mprotect: each right is enforced and comes back, with contents kept.
func protect() {
	p := anon(3 * page)
	store(p+page, 5)
	ok(sys.Mprotect(p+page, page, sys.PROT_READ), "mprotect")
	equal(int(load(p+page)), 5, "read-only page")
	dies(func() { store(p+page, 6) }, sys.SIGSEGV, "a write to a read-only page")
	store(p, 1)
	store(p+2*page, 1)
	ok(sys.Mprotect(p+page, page, sys.PROT_NONE), "mprotect")
	dies(func() { load(p + page) }, sys.SIGSEGV, "a read with PROT_NONE")
	ok(sys.Mprotect(p+page, page, sys.PROT_READ|sys.PROT_WRITE), "mprotect")
	equal(int(load(p+page)), 5, "contents")
	store(p+page, 7)
	// Copy-on-write must not undo a protection, nor a protection copy-on-write.
	exits(func() {
		ok(sys.Mprotect(p, page, sys.PROT_READ), "mprotect")
		ok(sys.Mprotect(p, page, sys.PROT_READ|sys.PROT_WRITE), "mprotect")
		store(p, 99)
	}, 0, "child")
	equal(int(load(p)), 1, "the parent's page")
	errno(sys.Mprotect(p+1, page, sys.PROT_READ), sys.EINVAL, "mprotect of an odd address")
	errno(sys.Mprotect(hole(), page, sys.PROT_READ), sys.ENOMEM, "mprotect of a hole")
	ok(sys.Munmap(p+page, page), "munmap")
	errno(sys.Mprotect(p, 3*page, sys.PROT_READ), sys.ENOMEM, "mprotect across a hole")
}

// brk: grows with zeros, shrinks, and keeps the old end if the new one cannot be.
func heapEnd() {
	start := sys.Brk(0)
	check(start != 0 && sys.Brk(0) == start, "brk(0)")
	check(sys.Brk(start+10*page) == start+10*page, "brk that grows")
	for i := range uintptr(10) {
		equal(int(load(start+i*page)), 0, "fresh heap")
		store(start+i*page, 8)
	}
	check(sys.Brk(start+page) == start+page, "brk that shrinks")
	dies(func() { load(start + 3*page) }, sys.SIGSEGV, "a read behind the shrunk end")
	check(sys.Brk(start+10*page) == start+10*page, "brk that grows again")
	equal(int(load(start+5*page)), 0, "heap that came back")
	equal(int(load(start)), 8, "heap that stayed")
	check(sys.Brk(1<<47) == start+10*page, "brk beyond the address space")
	check(sys.Brk(start-page) == start+10*page, "brk below its start")
	exits(func() { equal(int(load(start)), 8, "heap") }, 0, "child")
}

// madvise: DONTNEED makes anonymous memory zero, and gives a file's bytes back.
func advise() {
	p := anon(4 * page)
	for i := range uintptr(4) {
		store(p+i*page, 1)
	}
	ok(sys.Madvise(p+page, 2*page, sys.MADV_DONTNEED), "madvise")
	equal(int(load(p)), 1, "the page before")
	equal(int(load(p+page)), 0, "the first page")
	equal(int(load(p+2*page)), 0, "the second page")
	equal(int(load(p+3*page)), 1, "the page behind")
	errno(sys.Madvise(p+1, page, sys.MADV_DONTNEED), sys.EINVAL, "madvise of an odd address")
	errno(sys.Madvise(hole(), page, sys.MADV_DONTNEED), sys.ENOMEM, "madvise of a hole")
	put("file", "contents")
	q, e := sys.Mmap(0, page, sys.PROT_READ|sys.PROT_WRITE, sys.MAP_PRIVATE, open("file", sys.O_RDONLY), 0)
	ok(e, "mmap")
	store(q, 'X')
	ok(sys.Madvise(q, page, sys.MADV_DONTNEED), "madvise")
	equal(int(load(q)), 'c', "a private file page after DONTNEED")
}

// Does DONTNEED really give frames back?
func adviseFrees() {
	const size = 16 << 20
	p := anon(size)
	for i := uintptr(0); i < size; i += page {
		store(p+i, 1)
	}
	used, _ := meminfo("MemFree:")
	ok(sys.Madvise(p, size, sys.MADV_DONTNEED), "madvise")
	free, _ := meminfo("MemFree:")
	check(free-used > size>>10*9/10, "MADV_DONTNEED gave less than 9/10 of the memory back")
}

// Are many mappings kept apart? Maps, protects and unmaps at random, with a model beside it.
func mapModel() {
	const pages, rounds = 64, 3000
	base := anon(pages * page)
	var model [pages]byte // 0: unmapped, 1: read-only, 2: writable
	var value [pages]byte
	for i := range model {
		model[i] = 2
	}
	handlerPC, _, _ = addresses()
	ok(sys.Catch(sys.SIGSEGV, onSegv, 0, 0), "rt_sigaction")
	state := uint64(99)
	for round := range rounds {
		from := int(random(&state) % pages)
		n := 1 + int(random(&state)%8)
		n = min(n, pages-from)
		at, length := base+uintptr(from)*page, uintptr(n)*page
		switch random(&state) % 4 {
		case 0:
			ok(sys.Munmap(at, length), "munmap")
			for i := from; i < from+n; i++ {
				model[i] = 0
			}
		case 1:
			_, e := sys.Mmap(at, length, sys.PROT_READ|sys.PROT_WRITE, sys.MAP_PRIVATE|sys.MAP_ANONYMOUS|sys.MAP_FIXED, -1, 0)
			ok(e, "mmap")
			for i := from; i < from+n; i++ {
				model[i], value[i] = 2, 0
			}
		case 2:
			whole := true
			for i := from; i < from+n; i++ {
				whole = whole && model[i] != 0
			}
			prot := byte(1 + random(&state)%2)
			if whole {
				ok(sys.Mprotect(at, length, int(prot)*2-1), "mprotect")
				for i := from; i < from+n; i++ {
					model[i] = prot
				}
			}
		case 3:
			if model[from] == 2 {
				value[from] = byte(round)
				store(at, byte(round))
			}
		}
		i := int(random(&state) % pages)
		at = base + uintptr(i)*page
		faulted := probe(at) == 1
		check(faulted == (model[i] == 0), "a page is mapped or not against the model")
		if !faulted {
			equal(int(load(at)), int(value[i]), "a page's contents")
		}
	}
}

package main

import (
	"unsafe"

	"gossamer/ulib/sys"
)

func touchBackward(p, step, n uintptr)

// What if a page fault comes while the direction flag is set? The kernel's own copies must not
// run backwards: copies of pages come out whole, and so does what lies before them.
func faultDirection() {
	const pages = 64
	p := anon(pages * page)
	for i := uintptr(0); i < pages*page; i += 8 {
		*(*uintptr)(unsafe.Pointer(p + i)) = i ^ 0x5555
	}
	exits(func() {
		for range 4 {
			touchBackward(p, page, pages) // copy on write
			for i := uintptr(0); i < pages*page; i += 8 {
				want := i ^ 0x5555
				if i%page == 0 {
					want = want&^0xff | 1
				}
				check(load64(p+i) == uint64(want), "a page copied while the direction flag was set is damaged")
			}
			q := anon(pages * page)
			touchBackward(q, page, pages) // fresh pages
			for i := uintptr(8); i < pages*page; i += 8 {
				if i%page != 0 {
					check(load64(q+i) == 0, "a fresh page is not zero")
				}
			}
			ok(sys.Munmap(q, pages*page), "munmap")
		}
	}, 0, "the child")
	for i := uintptr(0); i < pages*page; i += 8 {
		check(load64(p+i) == uint64(i^0x5555), "the parent's page changed")
	}
}

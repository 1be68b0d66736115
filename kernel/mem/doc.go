// Package mem gives processes their memory: address spaces made of regions, pages supplied
// when they are touched, copy-on-write, and checked copies to and from user memory.
//
// # What there is
//
//	AddressSpace   regions, sorted, not overlapping          the truth about what is mapped
//	  └─ PageTable one entry per page touched so far         a cache of it for the hardware
//	       └─ Frames  frames with reference counts           who else uses the same page
//
// A region is a range of pages with rights, flags, and a Backing if it shows a file. Mapping
// makes a region and nothing else; Fault supplies pages:
//
//	                     private                              shared
//	anonymous    a zeroed frame of its own            page of an object made for the mapping
//	file, read   the file's frame, not writable       the file's frame
//	file, write  a copy of the file's frame           the file's frame
//
// # States of a page of a private region
//
//	                read fault of a file              fork
//	  untouched ───────────────────────▶ borrowed ◀──────────── own
//	      │                                  │                   ▲
//	      │ write fault, anonymous fault     │ write fault: copy, or no copy if
//	      ╰──────────────────────────────────┴─ nobody else is left ─────╯
//
//	untouched  not in the page table
//	borrowed   in the page table without Write; the frame has other references, or had
//	own        in the page table with the region's rights; ours is the only reference
//
// Each page in the page table holds one reference to its frame. A write fault on a page whose
// frame has one reference needs no copy: that one is the faulting address space's.
//
// Memory is promised freely: a mapping never fails for lack of frames, a Fault may, with
// ENOMEM. Flag NoReserve therefore changes nothing.
//
// Pinned memory (pinned.go) is the exception: shared with the kernel, present from the
// beginning, and not the program's to change.
//
// # Locks
//
// AddressSpace.mu guards regions, page table, break and resident count. It is held while
// calling Frames, PageTable and Backing, so it comes before their locks. CopyIn and CopyOut hold
// it only inside Fault. Fork locks the parent; the child has no other user yet.
//
// Frames taken out of the page table are freed only after PageTable.Flush, when no CPU can
// reach them any more.
//
// # Limits
//
// An address space has at most MaxRegions regions. A mapping that outlives the truncation of
// its file goes on showing the pages it had.
//
// Read types.go, space.go, region.go, fault.go, map.go, protect.go, brk.go, copy.go, word.go; then
// object.go, pinned.go and frames.go. Package memtest has a machine to test on.
package mem

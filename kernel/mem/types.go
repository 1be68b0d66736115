package mem

import (
	"syscall"

	"gossamer/kernel/frame"
)

// VirtAddr is an address in a process's address space.
type VirtAddr uint64

const (
	// PageSize is the size of a page, and of the frame behind it.
	PageSize = frame.Size

	// UserMin and UserMax bound what a process may map: from UserMin up to, not including,
	// UserMax. The first page stays free so that nil pointers fault, the last so that no
	// instruction ends at the border of canonical addresses.
	UserMin = VirtAddr(PageSize)
	UserMax = VirtAddr(1<<47 - PageSize)
)

// page returns the address of the page that a lies in.
func (a VirtAddr) page() VirtAddr { return a &^ (PageSize - 1) }

// pageUp returns the first page boundary at or above a, 0 if there is none.
func (a VirtAddr) pageUp() VirtAddr { return (a + PageSize - 1).page() }

func (a VirtAddr) aligned() bool { return a%PageSize == 0 }

// Prot says what may be done with a page.
type Prot uint8

const (
	Read Prot = 1 << iota
	Write
	Exec
)

// String returns the form of /proc/PID/maps, such as "r-x".
func (p Prot) String() string {
	s := []byte("---")
	for i, c := range []byte("rwx") {
		if p&(1<<i) != 0 {
			s[i] = c
		}
	}
	return string(s)
}

// normal adds what the hardware cannot withhold: whoever may write or execute may read.
func (p Prot) normal() Prot {
	if p&(Write|Exec) != 0 {
		p |= Read
	}
	return p
}

// ErrBus is what Fault returns for a page of a file mapping that lies beyond the end of the
// file: SIGBUS in POSIX's mmap. Programs never see the number.
const ErrBus = syscall.EBADMSG

// Frames is where page frames come from. All methods may be called by any thread.
type Frames interface {
	// Alloc returns a frame with one reference and undefined contents, false if there
	// is no memory.
	Alloc() (frame.Frame, bool)
	// Free gives up one reference; with the last one goes the frame.
	Free(f frame.Frame)
	// Ref takes one more reference for a caller that knows of one.
	Ref(f frame.Frame)
	// Refs returns the number of references. It means something only if it is 1 and that
	// one is the caller's.
	Refs(f frame.Frame) uint32
	// Bytes returns the memory of a frame that the caller has a reference to.
	Bytes(f frame.Frame) *[PageSize]byte
}

// PageTable translates the addresses of one address space. Its owner, an AddressSpace, has
// one caller at a time in it, except for CopyIn and CopyOut.
//
// A page is mapped if it has a frame, even if Prot is 0 and nobody can get at it. The table
// takes no part in reference counts save where it says so. What it takes away (rights, pages)
// is sure to be gone only after Flush, what it grants may cause one needless fault.
type PageTable interface {
	// Map gives the unmapped page at va a frame. EEXIST: it is mapped; ENOMEM: no memory
	// for the table; EINVAL: not a user address.
	Map(va VirtAddr, f frame.Frame, p Prot) error
	// Unmap takes the page away and returns its frame.
	Unmap(va VirtAddr) (frame.Frame, bool)
	// Protect sets the rights of a mapped page.
	Protect(va VirtAddr, p Prot) bool
	// Lookup returns frame and rights of a mapped page.
	Lookup(va VirtAddr) (frame.Frame, Prot, bool)
	// Word returns the aligned word at va, nil if the user may not do that with it.
	Word(va VirtAddr, access Prot) *uint32
	// Replace changes frame and rights of a mapped page and returns the old frame,
	// frame.None if it is not mapped.
	Replace(va VirtAddr, f frame.Frame, p Prot) (old frame.Frame)

	// UnmapRange takes mapped pages in [from, to) away, upwards, until it has put
	// len(out) frames in out or is through. It returns their number and where to go on.
	UnmapRange(from, to VirtAddr, out []frame.Frame) (n int, next VirtAddr)
	// ProtectRange takes all rights but keep from the mapped pages in [from, to).
	ProtectRange(from, to VirtAddr, keep Prot)
	// CopyRange maps the mapped pages in [from, to) in dst as well, a table of the same
	// kind that has none there, leaving both tables no rights but keep, and takes a
	// reference (frame.Ref) to each. It returns how many pages it copied, also on error,
	// which is ENOMEM.
	CopyRange(dst PageTable, from, to VirtAddr, keep Prot) (n int, err error)
	// Prune frees memory of the table itself that served [from, to), where that served
	// nothing outside [floor, ceil). There are no mapped pages in [floor, ceil).
	Prune(floor, from, to, ceil VirtAddr)

	// Flush makes sure that no CPU uses what was taken away since the last Flush.
	Flush()
	// Destroy frees the table. Nobody uses it any more; there are no mapped pages.
	Destroy()

	// CopyIn copies from user memory at va, which is in the user's range, to dst. It stops
	// before the first byte that the user may not read and returns the number copied.
	CopyIn(dst []byte, va VirtAddr) (n int)
	// CopyOut copies src to user memory likewise.
	CopyOut(va VirtAddr, src []byte) (n int)
}

// Backing is the contents of a mapping: a file, seen as pages.
type Backing interface {
	// Page returns the frame with page number index, with a reference for the caller: the
	// frame may be cut off the file at any time. false means that the page lies wholly beyond
	// Size, or, if it does not, that there is no memory for it.
	Page(index uint64) (f frame.Frame, ok bool)
	// Size returns the length in bytes.
	Size() int64
	// Hold and Drop count mappings of it.
	Hold()
	Drop()
	// Name is what /proc/PID/maps calls it.
	Name() string
}

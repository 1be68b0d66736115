package amd64

import "gossamer/kernel/frame"

// Addresses of the kernel's half; see docs/design.md.
const (
	DirectBase = 0xffff800000000000
	HeapBase   = 0xffff900000000000
	HeapEnd    = HeapBase + heapRoots<<39
	ImageBase  = 0xffffffff80000000 // virtual minus physical address of the kernel image

	heapRoots = 4 // root entries of the runtime's memory: 512 GiB each
	pageSize  = frame.Size
	largePage = 2 << 20
)

// kernelRoot is the page table of CPUs that run no process: the kernel's half alone. Its
// root entries are in every address space, so none may change after BuildKernelMap.
var kernelRoot frame.Addr

// globalBit is Global if the CPU has it: the kernel's translations survive a change of
// address space.
var globalBit PTE

func KernelRoot() frame.Addr { return kernelRoot }
func KernelGlobal() PTE      { return globalBit }

// Span returns how many bytes an entry of that level covers.
func Span(level int) uintptr { return 1 << LevelShift(level) }

// BuildKernelMap makes the kernel's page table: physical memory at DirectBase (regions,
// and device registers uncached), tables for the runtime's memory, and the image with
// text read-only and executable, constants read-only, the rest writable; the direct map's
// alias of text and constants is read-only too. It runs on the boot tables and loads the
// new one. false: out of memory. Bare.
func BuildKernelMap(regions, devices []frame.Range, imageEnd frame.Addr) bool {
	if Has.NX {
		NXBit = NX
	}
	if Has.PGE {
		globalBit = Global
	}
	kernelRoot = newTable()
	if kernelRoot == 0 {
		return false
	}
	var img [4]uintptr
	imageBounds(&img)
	text, rodata := down(img[0]), up(img[1])
	data := down(img[2])
	ok := true
	rw := Present | Writable | globalBit | NXBit
	for _, r := range regions {
		ok = ok && mapPhysical(r, rw, frame.Addr(text-ImageBase), frame.Addr(data-ImageBase))
	}
	for _, r := range devices {
		ok = ok && mapRange(DirectBase+uintptr(r.Start), r.Start, r.End, rw|NoCache|WriteThrough, false)
	}
	ok = ok && mapRange(text, phys(text), phys(rodata), Present|globalBit, false)
	ok = ok && mapRange(rodata, phys(rodata), phys(data), Present|globalBit|NXBit, false)
	ok = ok && mapRange(data, phys(data), imageEnd, rw, false)
	root := TableAt(kernelRoot)
	for i := range heapRoots {
		e := &root[256+(HeapBase-DirectBase)>>39+i]
		if *e == 0 {
			t := newTable()
			if t == 0 {
				return false
			}
			Link(e, t, false)
		}
	}
	window := &root[256+(DeviceBase-DirectBase)>>39]
	if t := newTable(); t != 0 {
		Link(window, t, false)
	} else {
		return false
	}
	if !ok {
		return false
	}
	SetCr3(uint64(kernelRoot))
	return true
}

// MapVideo maps video memory in the direct map, write-combining. false: out of memory, or too far
// up. Boot CPU, after BuildKernelMap and before there is any other address space. Bare.
func MapVideo(r frame.Range) bool {
	const limit = HeapBase - DirectBase
	flags := Present | Writable | globalBit | NXBit | WriteCombining
	return r.Start < r.End && r.End <= limit && addressable(uint64(r.End)) && mapRange(DirectBase+uintptr(r.Start), r.Start, r.End, flags, true)
}

// mapPhysical maps r in the direct map, what of it lies in [roFrom, roTo) read-only.
func mapPhysical(r frame.Range, flags PTE, roFrom, roTo frame.Addr) bool {
	return mapPart(r, 0, roFrom, flags) && mapPart(r, roFrom, roTo, flags&^Writable) &&
		mapPart(r, roTo, ^frame.Addr(0), flags)
}

func mapPart(r frame.Range, from, to frame.Addr, flags PTE) bool {
	from, to = max(from, r.Start), min(to, r.End)
	return from >= to || mapRange(DirectBase+uintptr(from), from, to, flags, true)
}

// phys is the physical address of an address in the image.
func phys(v uintptr) frame.Addr { return frame.Addr(v - ImageBase) }

// mapRange maps physical [from, to) at va, page by page or, if large allows and both are
// aligned, 2 MiB at a time. What is mapped already stays as it is.
func mapRange(va uintptr, from, to frame.Addr, flags PTE, large bool) bool {
	from, to = from&^(pageSize-1), (to+pageSize-1)&^(pageSize-1)
	va &^= pageSize - 1
	for from < to {
		e, level := Walk(kernelRoot, va)
		step := frame.Addr(pageSize)
		switch {
		case *e&Present != 0: // a page or a large page
			if level == 2 {
				step = largePage - from&(largePage-1)
			}
		case level == 2 && large && from&(largePage-1) == 0 && to-from >= largePage:
			*e = PTE(from) | flags | Large
			step = largePage
		case level == 1:
			*e = PTE(from) | flags
		default:
			t := newTable()
			if t == 0 {
				return false
			}
			Link(e, t, false)
			continue
		}
		from += step
		va += uintptr(step)
	}
	return true
}

// newTable returns a zeroed frame for a table, 0 if there is none.
func newTable() frame.Addr {
	f := frame.AllocReserve(0)
	if f == frame.None {
		return 0
	}
	clear(TableAt(f.Addr())[:])
	return f.Addr()
}

func down(p uintptr) uintptr { return p &^ (pageSize - 1) }
func up(p uintptr) uintptr   { return (p + pageSize - 1) &^ (pageSize - 1) }

// Command mkkernel joins the boot stub and the Go-linked kernel into one ELF64
// file that both QEMU (PVH, -kernel) and a Multiboot2 loader such as GRUB boot.
//
//	mkkernel [-max BYTES] -o IMAGE BOOT.ELF KERNEL.ELF
//
// Go's linker cannot do this alone: it gives every segment p_paddr = p_vaddr,
// which for a kernel in the top 2 GiB is no physical address at all, it has no
// place for 32-bit entry code, and it writes neither a PVH note nor a
// Multiboot2 header. So the stub is assembled and linked apart, at 1 MiB, and
// mkkernel lays the two files out one behind the other:
//
//	0        ELF header, program headers, the PVH note
//	0x1000   the stub's segments (the Multiboot2 header is among their first bytes)
//	…        the Go kernel's file, whole, at a multiple of the page size
//	…        section headers: those of the Go file with their offsets shifted
//
// Because the Go file is taken whole, its symbols and DWARF stay in the image
// and gdb needs nothing else for the kernel proper.
//
// The stub learns about the kernel from its header (boot.Header, at physical
// 1 MiB): mkkernel patches kernelEntry (the entry point of the Go file), apEntry and
// imageEnd there.
//
// Read in the order image.go (the steps), layout.go (segments and their
// checks), header.go (what is patched and what is looked for), main.go.
package main

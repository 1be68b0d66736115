// Package boot is the hand-over from a boot loader to the kernel.
//
// boot.S, which the Go toolchain does not see, is the code at 1 MiB that a loader starts: by
// PVH (qemu -kernel, Xen) or by Multiboot2 (GRUB, from BIOS or UEFI). It checks that the CPU
// has a 64-bit mode, builds boot page tables and jumps to the kernel; it also holds the
// trampoline by which the other CPUs come from real mode to the same place. boot.ld is its
// linker script.
//
// The rest is bare Go for the kernel's first steps. [Parse] reads what the loader left, in
// either protocol, into one static record, [Info], which needs the loader's memory no more:
// only modules (the initramfs) stay where they are. [Option] looks words up in the command
// line. [Trampoline] is the other end of boot.S's trampoline.
//
// # What is trusted
//
// Nothing that the loader wrote. Every address is checked against [Reach], the part of
// physical memory that the direct map covers; every count and size is bounded. Rubbish gives
// an empty or shorter record, never a fault or an endless loop.
//
// # Concurrency
//
// Everything here runs on one CPU before the others are started. Afterwards the record is
// only read.
//
// # Reading order
//
// boot.S, header.go, trampoline.go; phys.go; info.go, pvh.go, multiboot2.go, option.go.
package boot

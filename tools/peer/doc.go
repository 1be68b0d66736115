// Command peer compares Gossamer with Debian's Linux: it runs the same benchmarks on both, on
// the same emulator, and prints both columns and their ratio.
//
//	peer [-root DIR] [-gossamer-only | -linux-only] [-kernel FILE]
//
// Gossamer's column is what ./qemu.sh bench says. For Linux's, the kernel package of the Debian
// release that this machine runs is fetched by apt-get download (no root needed), or -kernel
// names a bzImage; the programs in tests/peer are built by gcc -static and packed by
// mkinitramfs; and QEMU boots both. What was fetched and built is kept in build/peer.
//
// # The method
//
// It is the same on both sides: QEMU without hardware acceleration, one CPU, -icount shift=0, so
// that the time-stamp counter counts executed guest instructions; the median of seven runs of
// many operations after one to warm up (user/bench and tests/peer/main.c). A figure repeats to
// the instruction, and no figure contains idle time. Benchmarks of one name do the same calls.
//
// Linux is made as fast as we know how: no mitigations, audit, randomisation, clearing of pages
// at allocation or memory cgroups, and a CPU model without ERMS, for the emulator counts each
// step of "rep movsb" as an instruction, and without it Linux copies by eight bytes.
//
// # Exit status
//
// 0 if every row has both its figures, or the one that was asked for; 1 if a figure is missing
// or a guest failed; 2 for wrong usage or a tool that is missing, which the message names.
//
// Read in the order main.go, rows.go, figures.go, debian.go, linux.go.
package main

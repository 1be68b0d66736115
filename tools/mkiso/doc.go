// Command mkiso makes an image that boots as a CD, from a disk and from a USB stick, by BIOS and
// by UEFI, and writes it to a stick.
//
//	mkiso [-o IMAGE] [-cmdline TEXT] [-prog PATH]… [-add FILE=PATH]… [-mode WxH]
//	mkiso [-o IMAGE] [-dry-run] -flash /dev/sdX
//
// It builds kernel and initramfs, or takes those of -kernel and -initramfs, and has GRUB load
// them by Multiboot2. -prog and -add are mkinitramfs's. The image holds
//
//	/boot/gossamer/kernel     without symbols, as gzip, which GRUB unpacks
//	/boot/gossamer/initramfs  packed by package lz, which the kernel unpacks
//	/boot/gossamer/ID         an empty file, by whose name GRUB knows this medium among others
//	/boot/grub/grub.cfg       two entries: with a framebuffer, and without
//	/boot/grub/bios.img       GRUB for BIOS: El Torito's first entry, and what the MBR loads
//	/boot/grub/efi.img        a FAT file system with EFI/BOOT/BOOTX64.EFI, GRUB for UEFI:
//	                          El Torito's second entry and the GPT's EFI system partition
//
// grub-mkimage makes the two GRUBs with the modules they need built in, mtools the FAT file
// system, xorriso the whole. Nothing of the time or place enters: identical inputs and tools
// make identical images (SOURCE_DATE_EPOCH sets the date in them, which is 2000-01-01 otherwise);
// serial numbers and GUIDs come from the contents.
//
// The image is read back before it gets its name: verify.go has what is looked at.
//
// -flash writes only to a whole, removable device that nobody uses, after the user has typed its
// name, and reads it back; device.go has the conditions, which are looked at again when the device is
// open. -o replaces nothing but a plain file.
//
// Read in the order main.go, need.go, parts.go, grub.go, image.go; verify.go with iso9660.go,
// eltorito.go, partition.go, fat.go; device.go, flash.go, progress.go.
package main

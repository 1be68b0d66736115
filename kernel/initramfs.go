package main

import (
	"runtime/debug"
	"unsafe"

	"gossamer/boot"
	"gossamer/kernel/fs"
	"gossamer/kernel/initrd"
)

// unpackInitramfs makes the tree from the boot loader's first module, a cpio archive which may
// be packed (package initrd). The module's memory is then of no more use. Without a tree
// there is nothing to run: what cannot be unpacked ends the kernel with the reason.
func unpackInitramfs(tree *fs.FS) {
	for _, dir := range []string{"/dev", "/proc", "/tmp"} {
		must(tree.Mkdir(nil, tree.Root(), dir, 0o755))
	}
	modules := boot.Boot.Modules()
	if len(modules) == 0 {
		fatal("the boot loader gave no initramfs")
	}
	m := modules[0]
	archive := unsafe.Slice((*byte)(unsafe.Pointer(m.Start.Ptr())), m.End-m.Start)
	size := len(archive)
	archive, err := initrd.Open(archive, heapMax) // the files may take as much again
	if err == nil {
		err = fs.Unpack(tree, archive)
	}
	if err != nil {
		fatal("the initramfs of %d bytes cannot be used: %v", size, err)
	}
	if len(archive) != size {
		archive = nil
		debug.FreeOSMemory() // unpacked, it was as large as all that is in the tree
	}
}

package main

import (
	"runtime/debug"
	"unsafe"

	"gossamer/boot"
	"gossamer/kernel/fs"
	"gossamer/kernel/lz"
)

// unpackInitramfs makes the tree from the boot loader's first module, a cpio archive which may
// be compressed (package lz). The module's memory is then of no more use. Without a tree
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
	if lz.Is(archive) {
		archive = decompress(archive)
		defer debug.FreeOSMemory() // it is as large as all that is in the tree
	}
	if err := fs.Unpack(tree, archive); err != nil {
		fatal("the initramfs of %d bytes is damaged: %v", m.End-m.Start, err)
	}
}

// decompress returns the contents of a compressed archive if they leave room for the tree.
func decompress(archive []byte) []byte {
	size, err := lz.Size(archive)
	if err == nil && size > heapMax/2 {
		fatal("the initramfs needs %d MiB while it is unpacked: too much for this machine, or it is damaged", size>>20)
	}
	if err == nil {
		var contents []byte
		if contents, err = lz.Decode(archive); err == nil {
			return contents
		}
	}
	fatal("the initramfs of %d bytes is damaged: %v", len(archive), err)
	return nil
}

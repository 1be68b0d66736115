// Command mkinitramfs writes the initial file tree as a newc cpio archive.
//
//	mkinitramfs -o ARCHIVE [-bin DIR] [-prog PATH]… [-add FILE=PATH]… [-run -- ARG…]
//
// The tree holds the usual folders, every ELF file of -bin DIR in /bin, each
// program of -prog in /bin too, and the files of -add at the given paths.
//
// A -prog PATH is a folder with a package main, anywhere on the disk, or a
// static ELF file. A folder is built with the module it belongs to; one that
// belongs to none is built as if it had a go.mod which requires gossamer from
// this tree. A program that imports gossamer/ulib/sys, directly or not, is bare
// and gets our entry point; any other is built as an ordinary static Go program.
// With -run, /etc/run tells init to run that one program with those arguments.
// For every -prog the path it got in the tree is printed, one a line.
//
// Executables are stored stripped: nothing in the guest reads symbols, and the
// archive costs memory. The copies in -bin DIR stay as they are for gdb.
//
// The archive depends on the contents only: no times, owners, inode numbers or
// folder order of the host are in it.
//
// Read in the order main.go, program.go (building programs), archive.go.
package main

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// grubTools is where GRUB has its parts.
type grubTools struct {
	folder string // with i386-pc and x86_64-efi in it
}

// needed lists what must be there, with Debian's package for it.
var needed = []struct {
	program, file, pkg string
}{
	{program: "as", pkg: "binutils"},
	{program: "ld", pkg: "binutils"},
	{program: "grub-mkimage", pkg: "grub-common"},
	{file: "i386-pc/cdboot.img", pkg: "grub-pc-bin"},
	{file: "i386-pc/boot_hybrid.img", pkg: "grub-pc-bin"},
	{file: "x86_64-efi/multiboot2.mod", pkg: "grub-efi-amd64-bin"},
	{program: "xorriso", pkg: "xorriso"},
	{program: "mformat", pkg: "mtools"},
	{program: "mcopy", pkg: "mtools"},
}

// grubFolders are where distributions put GRUB's parts.
var grubFolders = []string{"/usr/lib/grub", "/usr/share/grub", "/usr/local/lib/grub", "/usr/lib/grub2"}

// findTools looks for everything at once, so that one answer names all that is missing.
func findTools() (*grubTools, error) {
	folder := grubFolders[0]
	for _, f := range grubFolders {
		if _, err := os.Stat(filepath.Join(f, "i386-pc")); err == nil {
			folder = f
			break
		}
	}
	if missing := lacking(exec.LookPath, folder); len(missing) > 0 {
		return nil, fmt.Errorf("please install %s (Debian, Ubuntu: sudo apt-get install --no-install-recommends %s)",
			strings.Join(missing, ", "), strings.Join(missing, " "))
	}
	return &grubTools{folder}, nil
}

// lacking lists the packages of what is not there, each once.
func lacking(look func(string) (string, error), folder string) (packages []string) {
	for _, n := range needed {
		var err error
		if n.program != "" {
			_, err = look(n.program)
		} else {
			_, err = os.Stat(filepath.Join(folder, n.file))
		}
		if err != nil && !slices.Contains(packages, n.pkg) {
			packages = append(packages, n.pkg)
		}
	}
	return packages
}

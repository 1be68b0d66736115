package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"gossamer/kernel/lz"
)

// What xorriso writes into bios.img when it places it: the boot information table (mkisofs(8))
// and the place of the rest of GRUB.
const (
	bootInfoFrom, bootInfoTo = 8, 64
	grubInfoFrom, grubInfoTo = 2548, 2556
)

// verify reads the image back and looks at everything that a firmware, GRUB or the kernel will
// look at. The report has a line for each.
func (m *image) verify() (report []string, err error) {
	data, err := os.ReadFile(m.path)
	if err != nil {
		return nil, err
	}
	i, err := openISO(data)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(m.files)) {
		f, err := i.find(name)
		if err != nil {
			return nil, err
		}
		if f.folder || !bytes.Equal(i.contents(f), m.files[name]) {
			return nil, fmt.Errorf("%s has other contents than were put there", name)
		}
	}
	if report, err = m.verifyKernel(i, report); err != nil {
		return nil, err
	}
	bios, err := m.verifyBIOS(i)
	if err != nil {
		return nil, err
	}
	block := uint64(bios.sector) * (sectorSize / blockSize)
	report = append(report, fmt.Sprintf("El Torito, BIOS: GRUB at sector %d, also loaded by the MBR", bios.sector))
	if err := checkMBR(data, block+4); err != nil {
		return nil, err
	}
	line, err := m.verifyEFI(i)
	if err != nil {
		return nil, err
	}
	return append(report, line), nil
}

// verifyKernel unpacks kernel and initramfs.
func (m *image) verifyKernel(i *iso, report []string) ([]string, error) {
	f, err := i.find("/boot/gossamer/kernel")
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(i.contents(f)))
	if err != nil {
		return nil, fmt.Errorf("kernel: %w", err)
	}
	kernel, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("kernel: %w", err)
	}
	if !bytes.Equal(kernel, m.in.kernel) {
		return nil, fmt.Errorf("the kernel is not the one that was put there")
	}
	report = append(report, fmt.Sprintf("kernel: %.2f MiB, packed %.2f, sha256 %x", mib(len(kernel)), mib(int(f.size)), sha256.Sum256(kernel)))
	if f, err = i.find("/boot/gossamer/initramfs"); err != nil {
		return nil, err
	}
	archive, err := lz.Decode(i.contents(f))
	if err != nil {
		return nil, fmt.Errorf("initramfs: %w", err)
	}
	if !bytes.Equal(archive, m.in.archive) {
		return nil, fmt.Errorf("the initramfs is not the one that was put there")
	}
	return append(report, fmt.Sprintf("initramfs: %.2f MiB, packed %.2f", mib(len(archive)), mib(int(f.size)))), nil
}

// verifyBIOS finds GRUB by way of the El Torito catalogue.
func (m *image) verifyBIOS(i *iso) (bootEntry, error) {
	e, err := i.entry(platformBIOS)
	if err != nil {
		return e, err
	}
	if e.count != 4 {
		return e, fmt.Errorf("El Torito has the BIOS load %d blocks, not the 4 that GRUB's first sector is", e.count)
	}
	found := slice(i.data, int64(e.sector)*sectorSize, int64(len(m.bios)))
	if found == nil || len(m.bios) < grubInfoTo {
		return e, fmt.Errorf("GRUB for BIOS is not all there")
	}
	for k := range found {
		known := k >= bootInfoFrom && k < bootInfoTo || k >= grubInfoFrom && k < grubInfoTo
		if found[k] != m.bios[k] && !known {
			return e, fmt.Errorf("GRUB for BIOS differs at byte %d", k)
		}
	}
	if at := binary.LittleEndian.Uint32(found[12:]); at != e.sector {
		return e, fmt.Errorf("GRUB for BIOS thinks that it lies at sector %d, not %d", at, e.sector)
	}
	return e, nil
}

// verifyEFI finds BOOTX64.EFI in the EFI file system, which El Torito and the GPT must agree
// about.
func (m *image) verifyEFI(i *iso) (string, error) {
	e, err := i.entry(platformEFI)
	if err != nil {
		return "", err
	}
	first, last, err := checkGPT(i.data)
	if err != nil {
		return "", err
	}
	at := int64(e.sector) * sectorSize
	if int64(first)*blockSize != at || int64(last-first+1) != int64(e.count) {
		return "", fmt.Errorf("El Torito has the EFI file system at block %d (%d blocks), the GPT at %d to %d", at/blockSize, e.count, first, last)
	}
	f, err := openFAT(slice(i.data, at, int64(e.count)*blockSize))
	if err != nil {
		return "", err
	}
	program, err := f.read("EFI/BOOT/BOOTX64.EFI")
	if err != nil {
		return "", err
	}
	if !bytes.Equal(program, m.efi) {
		return "", fmt.Errorf("BOOTX64.EFI is not the one that was put there")
	}
	if err := checkPE(program); err != nil {
		return "", err
	}
	return fmt.Sprintf("El Torito and GPT, UEFI: EFI/BOOT/BOOTX64.EFI, %d KiB, in blocks %d to %d", len(program)>>10, first, last), nil
}

// checkPE looks whether a file is a program for 64-bit UEFI: machine type, subsystem.
func checkPE(program []byte) error {
	le := binary.LittleEndian
	if len(program) < 0x40 || string(program[:2]) != "MZ" {
		return fmt.Errorf("BOOTX64.EFI is no program")
	}
	h := slice(program, int64(le.Uint32(program[0x3c:])), 96)
	if h == nil || string(h[:4]) != "PE\x00\x00" || le.Uint16(h[4:]) != 0x8664 || le.Uint16(h[24:]) != 0x20b || le.Uint16(h[24+68:]) != 10 {
		return fmt.Errorf("BOOTX64.EFI is no program for 64-bit UEFI")
	}
	return nil
}

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// image is one that has been made, with all that must be found in it.
type image struct {
	path  string
	size  int64
	sum   string // sha256
	in    *parts
	id    string
	files map[string][]byte // by path
	bios  []byte            // bios.img before xorriso patched it
	efi   []byte            // BOOTX64.EFI
}

const volumeName = "GOSSAMER"

// defaultTimestamp is 2000-01-01, which GRUB's own files in the image have too.
const defaultTimestamp = 946684800

// timestamp reads SOURCE_DATE_EPOCH (reproducible-builds.org). FAT knows no date before 1980.
func timestamp(env string) (int64, error) {
	if env == "" {
		return defaultTimestamp, nil
	}
	t, err := strconv.ParseInt(env, 10, 64)
	if err != nil || t < 315532800 || t > 4102444800 {
		return 0, fmt.Errorf("SOURCE_DATE_EPOCH=%s: want seconds since 1970, from 1980 to 2100", env)
	}
	return t, nil
}

// image makes the image in dir.
func (g *grubTools) image(in *parts, dir string, p *progress) (*image, error) {
	config, err := menu(in.cmdline, in.mode, in.script)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	for _, part := range [][]byte{in.zipped, in.packed, []byte(config)} {
		fmt.Fprintf(h, "%d ", len(part))
		h.Write(part)
	}
	digest := h.Sum(nil)
	m := &image{path: filepath.Join(dir, "image.iso"), in: in, id: hex.EncodeToString(digest[:8])}
	m.files = map[string][]byte{
		"/boot/gossamer/kernel":    in.zipped,
		"/boot/gossamer/initramfs": in.packed,
		"/boot/gossamer/" + m.id:   {},
		"/boot/grub/grub.cfg":      []byte(config),
	}
	p.step("making GRUB for BIOS and UEFI")
	early, bios, efi := filepath.Join(dir, "early.cfg"), filepath.Join(dir, "bios.img"), filepath.Join(dir, "BOOTX64.EFI")
	if err := os.WriteFile(early, []byte(earlyConfig(m.id)), 0o644); err != nil {
		return nil, err
	}
	if err := g.biosImage(bios, early); err != nil {
		return nil, err
	}
	if err := g.efiProgram(efi, early); err != nil {
		return nil, err
	}
	if m.bios, err = os.ReadFile(bios); err != nil {
		return nil, err
	}
	if m.efi, err = os.ReadFile(efi); err != nil {
		return nil, err
	}
	p.step("making the EFI file system")
	partition := filepath.Join(dir, "efi.img")
	if err := fatImage(partition, efi, digest, in.timestamp); err != nil {
		return nil, err
	}
	if m.files["/boot/grub/efi.img"], err = os.ReadFile(partition); err != nil {
		return nil, err
	}
	p.step("making the image")
	tree := filepath.Join(dir, "tree")
	if err := m.lay(tree); err != nil {
		return nil, err
	}
	if err := g.xorriso(m.path, tree, digest, in.timestamp); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(m.path)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	m.size, m.sum = int64(len(data)), hex.EncodeToString(sum[:])
	return m, nil
}

// lay writes the files below tree, for xorriso to find.
func (m *image) lay(tree string) error {
	write := func(name string, data []byte) error {
		path := filepath.Join(tree, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o644)
	}
	for name, data := range m.files {
		if err := write(name, data); err != nil {
			return err
		}
	}
	return write("/boot/grub/bios.img", m.bios)
}

// fatImage makes a FAT12 file system the size of a floppy disk, with the one file that UEFI
// firmware starts from a removable medium.
func fatImage(out, efi string, digest []byte, timestamp int64) error {
	info, err := os.Stat(efi)
	if err != nil {
		return err
	}
	size := "1440"
	if info.Size() > 1400<<10 {
		size = "2880"
	}
	at := time.Unix(timestamp, 0)
	if err := os.Chtimes(efi, at, at); err != nil {
		return err
	}
	env := []string{fmt.Sprintf("SOURCE_DATE_EPOCH=%d", timestamp), "MTOOLSRC=" + os.DevNull}
	if err := command(env, "mformat", "-C", "-i", out, "-f", size, "-N", hex.EncodeToString(digest[8:12]), "-v", "GOSSAMER", "::"); err != nil {
		return err
	}
	if err := command(env, "mmd", "-i", out, "::EFI", "::EFI/BOOT"); err != nil {
		return err
	}
	return command(env, "mcopy", "-m", "-i", out, efi, "::EFI/BOOT/BOOTX64.EFI")
}

// xorriso makes the ISO 9660 file system with Rock Ridge names, El Torito entries for both
// firmwares, GRUB's MBR, and a GPT. The protective MBR gets a second, active entry besides,
// without which some BIOSes refuse to boot from a stick.
func (g *grubTools) xorriso(out, tree string, digest []byte, timestamp int64) error {
	date := time.Unix(timestamp, 0).UTC().Format("20060102150405") + "00"
	return command([]string{fmt.Sprintf("SOURCE_DATE_EPOCH=%d", timestamp)}, "xorriso", "-as", "mkisofs",
		"-o", out, "-V", volumeName, "-r", "--set_all_file_dates", date, "--modification-date="+date,
		"-b", "boot/grub/bios.img", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", "--grub2-boot-info",
		"--grub2-mbr", filepath.Join(g.folder, "i386-pc", "boot_hybrid.img"),
		"--efi-boot", "boot/grub/efi.img", "-efi-boot-part", "--efi-boot-image",
		"--protective-msdos-label", "--mbr-force-bootable", "--gpt_disk_guid", hex.EncodeToString(digest[16:32]), tree)
}

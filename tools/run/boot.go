package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// bootWay is how a guest is started.
type bootWay struct {
	name    string
	micro   bool   // a microvm: no PCI, no legacy devices but the serial port
	image   bool   // from an image that GRUB loads the kernel from, else by QEMU, by PVH
	uefi    bool   // with UEFI firmware, else SeaBIOS
	devices string // QEMU's arguments for the image, %s being its path
}

// bootWays are the values of BOOT.
var bootWays = []bootWay{
	{name: "pvh"},
	{name: "microvm", micro: true},
	{name: "bios", image: true, devices: cdDevice},
	{name: "uefi", image: true, uefi: true, devices: cdDevice},
	{name: "disk-bios", image: true, devices: diskDevice},
	{name: "disk-uefi", image: true, uefi: true, devices: diskDevice},
	{name: "usb-bios", image: true, devices: stickDevice},
	{name: "usb-uefi", image: true, uefi: true, devices: stickDevice},
}

const (
	cdDevice    = "-drive if=none,id=medium,format=raw,media=cdrom,readonly=on,file=%s -device ide-cd,drive=medium,bootindex=0"
	diskDevice  = "-drive if=none,id=medium,format=raw,readonly=on,file=%s -device virtio-blk-pci,drive=medium,bootindex=0"
	stickDevice = "-drive if=none,id=medium,format=raw,readonly=on,file=%s -device qemu-xhci -device usb-storage,drive=medium,bootindex=0"
)

func bootWayOf(name string) (bootWay, error) {
	var names []string
	for _, w := range bootWays {
		if w.name == name {
			return w, nil
		}
		names = append(names, w.name)
	}
	return bootWay{}, usageError(fmt.Sprintf("BOOT=%s: want one of %s", name, strings.Join(names, ", ")))
}

// machineType is QEMU's -M: the machine, less the devices that are to be missing.
func (m *machine) machineType() string {
	name := m.machine
	switch {
	case name != "":
	case m.boot.micro:
		name = "microvm"
	default:
		name = "q35"
	}
	return strings.Join(append([]string{name}, m.without...), ",")
}

// logPort is the second serial port, for the log. A microvm has one port of its own only.
func (m *machine) logPort() []string {
	if m.boot.micro || strings.HasPrefix(m.machine, "microvm") {
		return []string{"-chardev", "file,id=log,path=" + m.logPath(), "-device", "isa-serial,chardev=log,iobase=0x2f8,irq=3"}
	}
	return []string{"-serial", "file:" + m.logPath()}
}

// medium is the part of QEMU's command line that has the kernel started.
func (m *machine) medium() (args []string) {
	if m.boot.image {
		if m.boot.uefi {
			code, _ := firmware()
			args = append(args, "-drive", "if=pflash,format=raw,readonly=on,file="+code,
				"-drive", "if=pflash,format=raw,file="+m.varsPath())
		}
		for _, word := range strings.Fields(m.boot.devices) {
			args = append(args, strings.Replace(word, "%s", m.imagePath(), 1))
		}
		return append(args, "-device", "VGA")
	}
	args = []string{"-kernel", m.kernel}
	if m.initramfs != "" {
		args = append(args, "-initrd", m.initramfs)
	}
	if m.commandLine != "" {
		args = append(args, "-append", m.commandLine)
	}
	return args
}

func (m *machine) imagePath() string { return filepath.Join(m.dir, "image.iso") }
func (m *machine) varsPath() string  { return filepath.Join(m.dir, "vars.fd") }

// makeMedium makes what this run boots from: an image with its kernel, initramfs and command
// line, and for UEFI the firmware's variables as they are in a new machine, for the firmware
// writes there what it has booted, and goes by it the next time.
func (m *machine) makeMedium() error {
	if !m.boot.image {
		return nil
	}
	if m.boot.uefi {
		code, vars := firmware()
		if code == "" {
			return fmt.Errorf("BOOT=%s: no UEFI firmware: please install ovmf", m.boot.name)
		}
		data, err := os.ReadFile(vars)
		if err != nil {
			return err
		}
		if err := os.WriteFile(m.varsPath(), data, 0o644); err != nil {
			return err
		}
	}
	mode := m.mode
	if mode == "" {
		mode = "auto"
	}
	return m.tree().Command(nil, m.in("tools", "mkiso"), "-q", "-o", m.imagePath(), "-module", m.root,
		"-kernel", m.kernel, "-initramfs", m.initramfs, "-cmdline", m.commandLine, "-mode", mode, "-grub", m.grub)
}

// firmware returns where OVMF's code and variables are, as distributions name them.
func firmware() (code, vars string) {
	for _, f := range [][2]string{
		{"/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"},
		{"/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"},
		{"/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"},
		{"/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"},
	} {
		if _, err := os.Stat(f[0]); err == nil {
			return f[0], f[1]
		}
	}
	return "", ""
}

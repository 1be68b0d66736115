package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// host is where Linux tells about block devices; tests have one of their own.
type host struct {
	sys    string // sysfs
	mounts string // mountinfo, proc(5)
	swaps  string
	number func(path string) (major, minor uint32, block bool, err error)
}

var thisHost = &host{"/sys", "/proc/self/mountinfo", "/proc/swaps", deviceNumber}

// deviceNumber tells what kind of file path is, or leads to.
func deviceNumber(path string) (major, minor uint32, block bool, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, false, err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || info.Mode()&os.ModeDevice == 0 || info.Mode()&os.ModeCharDevice != 0 {
		return 0, 0, false, nil
	}
	d := uint64(st.Rdev)
	return uint32(d>>8&0xfff | d>>32&^0xfff), uint32(d&0xff | d>>12&^0xff), true, nil
}

// device is one that may be written to.
type device struct {
	path  string
	name  string // the kernel's
	model string
	size  int64
}

// find looks at the device at path and returns it if an image may be written there: a whole
// device, removable, writable, no part of it mounted, swapped to, or held by another device.
func (h *host) find(path string) (*device, error) {
	refuse := func(format string, args ...any) (*device, error) {
		return nil, fmt.Errorf("-flash %s: %s", path, fmt.Sprintf(format, args...))
	}
	major, minor, block, err := h.number(path)
	if err != nil {
		return nil, err
	}
	if !block {
		return refuse("not a block device; it wants the stick's device, such as /dev/sdX")
	}
	number := fmt.Sprintf("%d:%d", major, minor)
	dir, err := filepath.EvalSymlinks(filepath.Join(h.sys, "dev", "block", number))
	if err != nil {
		return refuse("the system does not know this device: %v", err)
	}
	d := &device{path: path, name: filepath.Base(dir)}
	if _, err := os.Stat(filepath.Join(dir, "partition")); err == nil {
		return refuse("a partition; the image wants the whole device, which is /dev/%s", filepath.Base(filepath.Dir(dir)))
	}
	if attribute(dir, "removable") != "1" {
		return refuse("not a removable device (%s)", describe(dir, d.name))
	}
	if attribute(dir, "ro") != "0" {
		return refuse("write-protected")
	}
	blocks, err := strconv.ParseInt(attribute(dir, "size"), 10, 64)
	if err != nil || blocks <= 0 || blocks > 1<<50 {
		return refuse("no medium in it")
	}
	d.size, d.model = blocks*blockSize, describe(dir, d.name)
	used, err := h.user(dir, number)
	if err != nil {
		return nil, err
	}
	if used != "" {
		return refuse("in use: %s", used)
	}
	return d, nil
}

// attribute reads a line of sysfs; "" if it is not there.
func attribute(dir, name string) string {
	data, _ := os.ReadFile(filepath.Join(dir, name))
	return strings.TrimSpace(string(data))
}

// describe is vendor and model, or the name of a device that has none.
func describe(dir, name string) string {
	s := strings.Join(strings.Fields(attribute(dir, "device/vendor")+" "+attribute(dir, "device/model")), " ")
	if s == "" {
		return name
	}
	return s
}

// user tells who uses the device in the folder dir, or a partition of it: "" if nobody does.
func (h *host) user(dir, number string) (string, error) {
	names := map[string]string{number: filepath.Base(dir)} // by device number
	folders := []string{dir}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		part := filepath.Join(dir, e.Name())
		if attribute(part, "partition") != "" {
			names[attribute(part, "dev")] = e.Name()
			folders = append(folders, part)
		}
	}
	for _, f := range folders {
		if holders, _ := os.ReadDir(filepath.Join(f, "holders")); len(holders) > 0 {
			return fmt.Sprintf("%s is part of %s", filepath.Base(f), holders[0].Name()), nil
		}
	}
	mounts, err := os.ReadFile(h.mounts)
	if err != nil {
		return "", err
	}
	lines := bufio.NewScanner(strings.NewReader(string(mounts)))
	for lines.Scan() {
		if f := strings.Fields(lines.Text()); len(f) > 4 && names[f[2]] != "" {
			return fmt.Sprintf("%s is mounted at %s", names[f[2]], f[4]), nil
		}
	}
	if err := lines.Err(); err != nil {
		return "", err
	}
	swaps, _ := os.ReadFile(h.swaps) // a kernel without swap has no such file
	for _, line := range strings.Split(string(swaps), "\n") {
		f := strings.Fields(line)
		if len(f) == 0 || !strings.HasPrefix(f[0], "/") {
			continue
		}
		if major, minor, block, err := h.number(f[0]); err == nil && block {
			if name := names[fmt.Sprintf("%d:%d", major, minor)]; name != "" {
				return name + " is swapped to", nil
			}
		}
	}
	return "", nil
}

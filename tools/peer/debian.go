package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// meta is the Debian package that depends on the newest kernel for virtual machines.
const meta = "linux-image-cloud-amd64"

var imagePackage = regexp.MustCompile(`(?m)^\s*Depends:\s*(linux-image-[0-9][^\s]*-cloud-amd64)\s*$`)

// newestImage finds the kernel's package in what apt-cache depends says of meta.
func newestImage(depends string) (string, error) {
	m := imagePackage.FindStringSubmatch(depends)
	if m == nil {
		return "", fmt.Errorf("apt knows no %s: as root, apt-get update; or give a bzImage with -kernel FILE", meta)
	}
	return m[1], nil
}

// debianKernel returns the path of Debian's kernel, fetched if it is not there yet. A kernel
// that was fetched before is used as long as it lies there, without asking anybody.
func (p *peer) debianKernel() (string, error) {
	if have, _ := filepath.Glob(p.in("vmlinuz-*")); len(have) > 0 {
		return have[len(have)-1], nil
	}
	for _, tool := range []string{"apt-cache", "apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", fmt.Errorf("%s is not here, for this is no Debian: give a bzImage with -kernel FILE", tool)
		}
	}
	depends, err := p.output(p.dir, "apt-cache", "depends", meta)
	if err != nil {
		return "", err
	}
	name, err := newestImage(depends)
	if err != nil {
		return "", err
	}
	p.progress("fetching %s", name)
	work, err := os.MkdirTemp(p.dir, "fetch-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	if _, err := p.output(work, "apt-get", "-q", "download", name); err != nil {
		return "", fmt.Errorf("%w\nIf it was not found: as root, apt-get update", err)
	}
	packages, _ := filepath.Glob(filepath.Join(work, "*.deb"))
	if len(packages) != 1 {
		return "", fmt.Errorf("apt-get download %s left %d packages", name, len(packages))
	}
	if _, err := p.output(work, "dpkg-deb", "-x", packages[0], "x"); err != nil {
		return "", err
	}
	images, _ := filepath.Glob(filepath.Join(work, "x", "boot", "vmlinuz-*"))
	if len(images) != 1 {
		return "", fmt.Errorf("%s holds %d kernels", name, len(images))
	}
	path := p.in(filepath.Base(images[0]))
	return path, os.Rename(images[0], path)
}

// output runs a tool in a folder and returns what it prints; if it fails, that is the error.
func (p *peer) output(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return "", fmt.Errorf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, strings.TrimSpace(errs.String()+out.String()))
	}
	return out.String(), err
}

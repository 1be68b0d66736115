package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gossamer/kernel/lz"
	"gossamer/tools/build"
	"gossamer/tools/static"
)

// parts is what goes into an image, before GRUB comes to it.
type parts struct {
	kernel    []byte // without symbols
	archive   []byte // the initramfs, a cpio archive
	packed    []byte // the same, packed
	zipped    []byte // the kernel, packed
	cmdline   string
	mode      string
	script    string // for GRUB, before the kernel is loaded
	timestamp int64  // seconds since 1970, for all dates in the image
}

// collect builds, or reads, what goes into the image.
func (o *options) collect(tree build.Tree, dir string, p *progress) (*parts, error) {
	kernel, initramfs := o.kernel, o.initramfs
	if kernel == "" || initramfs == "" {
		p.step("building kernel and programs")
		if err := tree.Tools(); err != nil {
			return nil, err
		}
		if err := tree.All(io.Discard); err != nil {
			return nil, err
		}
	}
	if kernel == "" {
		kernel = tree.In("kernel")
	}
	if initramfs == "" {
		initramfs = tree.In("initramfs")
		if len(o.programs)+len(o.files) > 0 {
			p.step("building the initramfs")
			initramfs = filepath.Join(dir, "initramfs.cpio")
			if err := o.initramfsWith(tree, initramfs); err != nil {
				return nil, err
			}
		}
	}
	in := &parts{cmdline: o.cmdline, mode: o.mode, script: o.script}
	var err error
	if in.timestamp, err = timestamp(os.Getenv("SOURCE_DATE_EPOCH")); err != nil {
		return nil, err
	}
	if in.kernel, err = os.ReadFile(kernel); err != nil {
		return nil, err
	}
	if err := static.Check(in.kernel); err != nil {
		return nil, fmt.Errorf("%s: %w", kernel, err)
	}
	p.step("packing the kernel")
	in.kernel = static.Strip(in.kernel)
	if in.zipped, err = zip(in.kernel); err != nil {
		return nil, err
	}
	if in.archive, err = os.ReadFile(initramfs); err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(in.archive, []byte("07070")) {
		return nil, fmt.Errorf("%s: not a cpio archive in the newc format", initramfs)
	}
	p.step("packing the initramfs")
	in.packed, err = pack(in.archive, tree.In("initramfs.lz"))
	return in, err
}

// initramfsWith makes an initramfs with the additions that the command line asks for.
func (o *options) initramfsWith(tree build.Tree, out string) error {
	args := []string{"-o", out, "-module", string(tree), "-bin", tree.In("user")}
	for _, prog := range o.programs {
		full, err := filepath.Abs(prog)
		if err != nil {
			return err
		}
		args = append(args, "-prog", full)
	}
	for _, add := range o.files {
		full, err := filepath.Abs(add) // of FILE=PATH: the tool runs in the tree
		if err != nil {
			return err
		}
		args = append(args, "-add", full)
	}
	return tree.Command(nil, tree.In("tools", "mkinitramfs"), args...)
}

// pack packs an archive. What an earlier run left at cache is used if it is the same archive,
// for packing takes longer than all the rest.
func pack(archive []byte, cache string) ([]byte, error) {
	if old, err := os.ReadFile(cache); err == nil {
		if contents, err := lz.Decode(old); err == nil && bytes.Equal(contents, archive) {
			return old, nil
		}
	}
	packed := lz.Encode(archive)
	if packed == nil {
		return nil, fmt.Errorf("the initramfs is too large: %.0f MiB", mib(len(archive)))
	}
	if err := os.MkdirAll(filepath.Dir(cache), 0o755); err != nil {
		return nil, err
	}
	static.Replace(cache, packed, 0o644) // a cache: errors do not matter
	return packed, nil
}

// zip is gzip without name and time.
func zip(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

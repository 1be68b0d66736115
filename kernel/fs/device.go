package fs

import (
	"syscall"

	"gossamer/kernel/sched"
)

// Device is what stands behind a device node. Reading and writing are those of
// read(2) and write(2) with a buffer in the kernel; t is the thread that blocks,
// unless nonblock is set. A Device may also have
//
//	Readable() bool   Read would not block; without it, it never does
//	Ioctl(t *sched.Thread, req, value uintptr, buf []byte) error
//	Seekable()        it only marks a device where lseek does nothing, but no harm
type Device interface {
	Read(t *sched.Thread, p []byte, nonblock bool) (int, error)
	Write(t *sched.Thread, p []byte, nonblock bool) (int, error)
}

// DeviceNode is a character device in the tree. Immutable.
type DeviceNode struct {
	inode
	rdev   uint64
	device Device
}

// Device returns what stands behind the node.
func (d *DeviceNode) Device() Device { return d.device }

// Rdev composes a device number, as makedev(3).
func Rdev(major, minor uint32) uint64 {
	return uint64(major&0xfff)<<8 | uint64(major&^0xfff)<<32 |
		uint64(minor&0xff) | uint64(minor&^0xff)<<12
}

// AddDevice adds a device node. EEXIST: the path is taken.
func (fs *FS) AddDevice(path string, rdev uint64, perm uint32, dev Device) error {
	return fs.create(nil, fs.root, path, false, nodeCharge, func() Node {
		n := &DeviceNode{rdev: rdev, device: dev}
		fs.initInode(&n.inode, KindDevice, perm)
		return n
	})
}

func seekable(d Device) bool {
	_, ok := d.(interface{ Seekable() })
	return ok
}

// Ioctl does req, as ioctl(2). If req's argument is a number, it is value; if it is
// a pointer, buf stands for what it points to, with the length that IoctlSize says;
// the caller copies it in before and out after. ENOTTY: req means nothing here.
func (f *File) Ioctl(t *sched.Thread, req, value uintptr, buf []byte) error {
	if in, out, ok := IoctlSize(req); !ok || len(buf) < max(in, out) {
		return syscall.ENOTTY
	}
	if d, ok := f.stream.(interface {
		Ioctl(t *sched.Thread, req, value uintptr, buf []byte) error
	}); ok {
		return d.Ioctl(t, req, value, buf)
	}
	if req != syscall.TIOCINQ {
		return syscall.ENOTTY
	}
	switch {
	case f.reg != nil:
		f.mu.Lock()
		defer f.mu.Unlock()
		putInt(buf, int(min(max(f.reg.Size()-f.pos, 0), 1<<31-1)))
	case f.node.Kind() == KindPipe:
		putInt(buf, f.node.(*Pipe).buffered())
	default:
		return syscall.ENOTTY
	}
	return nil
}

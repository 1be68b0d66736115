package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"
)

// flash writes the image in the file to the device after asking, and reads it back. What is open then
// is looked at once more: since find there may have come another device to this path.
func (d *device) flash(h *host, file string, dryRun bool, in io.Reader, out io.Writer) error {
	image, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := d.fits(int64(len(image))); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s: %s, %.2f GiB\n", d.path, d.model, float64(d.size)/(1<<30))
	if dryRun {
		fmt.Fprintf(out, "dry run: %.2f MiB would be written over the beginning of it; all that is on it would be lost\n", mib(len(image)))
		return nil
	}
	if err := d.confirm(in, out); err != nil {
		return err
	}
	// O_EXCL on a block device: not while anything has it mounted, whatever mountinfo says.
	f, err := os.OpenFile(d.path, os.O_RDWR|syscall.O_EXCL, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	now, err := h.find(fmt.Sprintf("/proc/self/fd/%d", f.Fd()))
	if err != nil {
		return fmt.Errorf("%s meanwhile: %w", d.path, err)
	}
	if now.name != d.name || now.model != d.model || now.size != d.size {
		return fmt.Errorf("%s has become another device, %s: %s; nothing was written", d.path, now.name, now.model)
	}
	return write(f, image, out)
}

// fits refuses an image that is larger than the device.
func (d *device) fits(size int64) error {
	if size > d.size {
		return fmt.Errorf("the image has %d bytes, %s only %d", size, d.path, d.size)
	}
	return nil
}

// confirm has the user type the device's name.
func (d *device) confirm(in io.Reader, out io.Writer) error {
	fmt.Fprintf(out, "ALL THAT IS ON IT WILL BE LOST. To go on, type its name, %s: ", d.name)
	answer, err := bufio.NewReader(in).ReadString('\n')
	if strings.TrimSpace(answer) != d.name {
		if err != nil {
			fmt.Fprintln(out)
		}
		return fmt.Errorf("nothing was written")
	}
	return nil
}

// medium is an open device.
type medium interface {
	io.WriterAt
	io.ReaderAt
	Sync() error
}

const chunk = 1 << 20

// write puts the image at the start of the medium and reads it back, with a bar for each.
func write(m medium, image []byte, out io.Writer) error {
	p := &meter{out: out, all: int64(len(image))}
	p.start("writing")
	for at := 0; at < len(image); {
		piece := image[at:min(at+chunk, len(image))]
		n, err := m.WriteAt(piece, int64(at))
		if err == nil && n < len(piece) {
			err = io.ErrShortWrite
		}
		if err != nil {
			p.end()
			return fmt.Errorf("after %d of %d bytes: %w; the stick cannot be booted from", at+n, len(image), err)
		}
		if at += n; at%(4*chunk) == 0 || at == len(image) { // for the bar to tell the truth
			if err := m.Sync(); err != nil {
				p.end()
				return fmt.Errorf("after %d of %d bytes: %w; the stick cannot be booted from", at, len(image), err)
			}
		}
		p.show(int64(at))
	}
	p.end()
	forget(m, int64(len(image)))
	p.start("reading back")
	buf := make([]byte, chunk)
	for at := 0; at < len(image); {
		piece := buf[:min(chunk, len(image)-at)]
		if n, err := m.ReadAt(piece, int64(at)); n < len(piece) {
			p.end()
			return fmt.Errorf("reading back at byte %d: %w", at+n, err)
		}
		if !bytes.Equal(piece, image[at:at+len(piece)]) {
			p.end()
			return fmt.Errorf("what was written can not be read back: it differs within the MiB at byte %d", at)
		}
		at += len(piece)
		p.show(int64(at))
	}
	p.end()
	fmt.Fprintln(out, "written and read back: the stick can be pulled out")
	return nil
}

// forget has the host drop its copy of what was written, so that reading it asks the device.
func forget(m medium, size int64) {
	const dontNeed = 4 // POSIX_FADV_DONTNEED
	if f, ok := m.(*os.File); ok {
		syscall.Syscall6(syscall.SYS_FADVISE64, f.Fd(), 0, uintptr(size), dontNeed, 0, 0)
	}
}

// meter shows a bar, at most ten times a second.
type meter struct {
	out         io.Writer
	all         int64
	what        string
	began, last time.Time
	shown       string
}

func (p *meter) start(what string) {
	p.what, p.began, p.last, p.shown = what, time.Now(), time.Time{}, ""
}

func (p *meter) show(done int64) {
	p.shown = fmt.Sprintf("%-12s %s", p.what, bar(done, p.all, time.Since(p.began)))
	if done == p.all || time.Since(p.last) > 100*time.Millisecond {
		p.last = time.Now()
		fmt.Fprintf(p.out, "\r%s", p.shown)
	}
}

func (p *meter) end() {
	if p.shown != "" {
		fmt.Fprintln(p.out)
	}
}

package screenshot

import (
	"bytes"
	"fmt"
	"image"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// Monitor is a connection to QEMU's monitor for people, which QEMU offers by
// -monitor unix:PATH,server=on,wait=off.
type Monitor struct {
	conn net.Conn
	dir  string // for pictures
}

// patience is how long QEMU may take to answer.
const patience = 60 * time.Second

const prompt = "(qemu) "

// Dial connects to the monitor at a path, once QEMU has made that; dir is a folder for files that
// do not stay. It gives up when QEMU has ended.
func Dial(path, dir string, ended <-chan struct{}) (*Monitor, error) {
	for end := time.Now().Add(patience); ; {
		conn, err := net.Dial("unix", path)
		if err == nil {
			m := &Monitor{conn, dir}
			_, err := m.answer() // its greeting
			return m, err
		}
		if time.Now().After(end) {
			return nil, err
		}
		select {
		case <-ended:
			return nil, fmt.Errorf("QEMU ended")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Close ends the connection; QEMU goes on.
func (m *Monitor) Close() { m.conn.Close() }

// answer reads up to the next prompt.
func (m *Monitor) answer() (string, error) {
	m.conn.SetDeadline(time.Now().Add(patience))
	var all []byte
	b := make([]byte, 4096)
	for !bytes.HasSuffix(all, []byte(prompt)) {
		n, err := m.conn.Read(b)
		if err != nil {
			return "", fmt.Errorf("QEMU's monitor: %w", err)
		}
		all = append(all, b[:n]...)
	}
	return strings.TrimSuffix(string(all), prompt), nil
}

// Command has QEMU do a command, and returns what it says to that, after the echo of the command.
func (m *Monitor) Command(line string) (string, error) {
	if _, err := fmt.Fprintf(m.conn, "%s\n", line); err != nil {
		return "", fmt.Errorf("QEMU's monitor: %w", err)
	}
	said, err := m.answer()
	if _, rest, ok := strings.Cut(said, "\n"); ok {
		said = rest
	}
	return strings.TrimSpace(said), err
}

// Quit ends QEMU. It returns when QEMU has taken note of that.
func (m *Monitor) Quit() {
	fmt.Fprintf(m.conn, "quit\n")
	m.conn.SetDeadline(time.Now().Add(patience))
	io.Copy(io.Discard, m.conn)
}

// Picture returns what is on the screen.
func (m *Monitor) Picture() (image.Image, error) {
	f, err := os.CreateTemp(m.dir, "*.ppm")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	said, err := m.Command("screendump " + f.Name())
	if err != nil {
		return nil, err
	}
	if said != "" {
		return nil, fmt.Errorf("screendump: %s", said)
	}
	return DecodePPM(f)
}

package main

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"strings"

	"gossamer/tools/screenshot"
)

// commandMakesPicture has ./qemu.sh make a picture of a shell that has run a command, and reads it.
func commandMakesPicture(g *guest) error {
	const file = "build/screen/picture.png"
	os.Remove(file)
	cmd := exec.Command("./qemu.sh", "screenshot", file, "echo two", "words")
	cmd.Env = append(os.Environ(), "MODE=800x600", "BOOT=bios", "MEM=256M")
	cmd.Stderr = &g.stderr
	said, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("./qemu.sh screenshot: %w", err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if g.picture, err = png.Decode(bytes.NewReader(data)); err != nil {
		return err
	}
	g.lines = screenshot.Text(g.picture)
	shown := strings.TrimRight(strings.Join(g.lines, "\n"), "\n")
	if !strings.HasSuffix(shown, "\n/ $ echo two words\ntwo words\n/ $") {
		return fmt.Errorf("the picture does not show the command and its output")
	}
	if strings.TrimRight(string(said), "\n") != shown {
		return fmt.Errorf("the text printed, %q, is not that on the picture", said)
	}
	return size(800, 600)(g)
}

// Command mkfont turns the kernel's font from text, which people draw, into a Go table:
//
//	mkfont FONT.TXT TABLE.GO
//
// The text is described in its own first lines; see kernel/dev/screen/font/font.txt.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: mkfont FONT.TXT TABLE.GO")
		os.Exit(2)
	}
	if err := convert(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "mkfont:", err)
		os.Exit(1)
	}
}

func convert(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	glyphs, err := parse(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return os.WriteFile(to, table(glyphs), 0o644)
}

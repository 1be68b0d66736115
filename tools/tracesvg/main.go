package main

import (
	"bufio"
	"fmt"
	"os"

	"gossamer/tools/tracejson"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: tracesvg TRACE.json > PICTURE.svg")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "tracesvg:", err)
		os.Exit(1)
	}
}

func run(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	t, err := tracejson.Read(data)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	s, err := find(t)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	out := bufio.NewWriter(os.Stdout)
	out.WriteString(s.draw().text())
	return out.Flush()
}

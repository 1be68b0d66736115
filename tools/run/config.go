package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gossamer/tools/build"
)

// config is what the environment says, and where things are.
type config struct {
	root     string // the source tree
	qemuPath string // the emulator's program
	cpus     int
	mem      string
	cpu      string
	accel    string        // tcg or kvm
	boot     bootWay       // how the guest is started
	mode     string        // size of an image's screen; "": mkiso's choice
	timeout  time.Duration // 0: none
	timed    bool          // TIMEOUT was given
	verbose  bool
}

const maxCPUs = 64

func newConfig(root, command string) (*config, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	c := &config{root: root, qemuPath: "qemu-system-x86_64", cpus: 2, mem: "512M", cpu: "max", accel: "tcg", boot: bootWays[0], timeout: 300 * time.Second}
	switch command {
	case "bench":
		c.cpus, c.timeout = 1, 900*time.Second
	case "bochs": // each machine
		c.timeout = 600 * time.Second
	case "test":
		c.timeout = 900 * time.Second
	}
	if s := os.Getenv("CPUS"); s != "" {
		if c.cpus, err = strconv.Atoi(s); err != nil || c.cpus < 1 || c.cpus > maxCPUs {
			return nil, usageError(fmt.Sprintf("CPUS=%s: want a number from 1 to %d", s, maxCPUs))
		}
	}
	if s := os.Getenv("MEM"); s != "" {
		if !regexp.MustCompile(`^[0-9]+[KMGkmg]?$`).MatchString(s) {
			return nil, usageError(fmt.Sprintf("MEM=%s: want a size like 512M or 2G", s))
		}
		c.mem = s
	}
	if s := os.Getenv("CPU"); s != "" {
		c.cpu = s
	}
	if s := os.Getenv("ACCEL"); s != "" {
		if s != "tcg" && s != "kvm" {
			return nil, usageError(fmt.Sprintf("ACCEL=%s: want tcg or kvm", s))
		}
		c.accel = s
	}
	if s := os.Getenv("BOOT"); s != "" {
		if c.boot, err = bootWayOf(s); err != nil {
			return nil, err
		}
	}
	if s := os.Getenv("MODE"); s != "" && (c.boot.image || command == "screenshot") {
		if !regexp.MustCompile(`^(auto|[0-9]+x[0-9]+(x[0-9]+)?)$`).MatchString(s) {
			return nil, usageError(fmt.Sprintf("MODE=%s: want auto or a size like 1024x768", s))
		}
		c.mode = s
	}
	if s := os.Getenv("TIMEOUT"); s != "" {
		n, err := strconv.ParseFloat(strings.TrimSuffix(s, "s"), 64)
		if err != nil || !(n >= 0 && n < 1e9) {
			return nil, usageError(fmt.Sprintf("TIMEOUT=%s: want seconds", s))
		}
		c.timeout, c.timed = time.Duration(n*float64(time.Second)), true
	}
	c.verbose = os.Getenv("V") != "" && os.Getenv("V") != "0"
	return c, nil
}

// tree is the source tree.
func (c *config) tree() build.Tree { return build.Tree(c.root) }

// in is a path below the build folder.
func (c *config) in(name ...string) string { return c.tree().In(name...) }

// buildQuietly builds for a run, which has other things to show.
func (c *config) buildQuietly() error {
	if c.verbose {
		return c.tree().All(os.Stderr)
	}
	return c.tree().All(io.Discard)
}

// match makes the kernel command line's word that selects tests or benchmarks.
func match(pattern string) (string, error) {
	if pattern == "" {
		return "", nil
	}
	if _, err := regexp.Compile(pattern); err != nil {
		return "", usageError(err.Error())
	}
	pattern, err := expand(pattern)
	if err != nil {
		return "", err
	}
	if strings.ContainsAny(pattern, "\"\n\r\t") || len(pattern) > 500 {
		return "", usageError(fmt.Sprintf("%q: too long, or with a quote or control character, which the kernel's command line cannot carry", pattern))
	}
	if strings.Contains(pattern, " ") {
		return ` "match=` + pattern + `"`, nil
	}
	return " match=" + pattern, nil
}

// Report ends in each of the ways that the runtime has to report.
package main

import "gossamer/ulib/sys"

var table [4]int

//go:noinline
func recurse(n int) int {
	var b [200]byte
	b[n%200] = 1
	return recurse(n+1) + int(b[(n+3)%200])
}

//go:noinline
func index(n int) int { return table[n] }

//go:noinline
func nested(n int) int {
	if n == 0 {
		return 0
	}
	var b [100]byte
	b[n%100] = 1
	return nested(n-1) + int(b[n%100])
}

func main() {
	switch sys.Arg(1) {
	case "overflow":
		recurse(1)
	case "index":
		index(9)
	case "deep": // 200 KiB of the window's 256
		sys.Exit(nested(1200) - 1200)
	}
}

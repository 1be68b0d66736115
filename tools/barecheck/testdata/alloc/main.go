// The seeded violation: a program that allocates, three calls below its entry.
package main

import (
	"runtime"
	"unsafe"
)

var kept unsafe.Pointer

func main() { start() }

//go:noinline
func start() {
	middle(3)
}

//go:noinline
func middle(n int) {
	if n > 2 {
		keep(n)
	}
}

//go:noinline
func keep(n int) {
	p := new([4]int)
	p[n] = n
	kept = unsafe.Pointer(p)
}

// hook makes an indirect call that nothing lists.
var hook = func() {}

//go:noinline
func callsHook() { hook() }

// routines are other ways to leave bare code.
//
//go:noinline
func starts() { go keep(1) }

//go:noinline
func sends(c chan int) { c <- 1 }

//go:noinline
func grows(s []int) []int { return append(s, 1) }

//go:noinline
func asks(m map[string]int) int { return m["a"] }

//go:noinline
func joins(a, b string) string { return a + b }

//go:noinline
func stores(p **int, q *int) { *p = q }

//go:noinline
func boxes(n int) any { return n }

//go:noinline
func deferred() {
	for i := range 3 {
		defer keep(i)
	}
}

//go:noinline
func prints() { println("x") }

//go:noinline
func yields() { runtime.Gosched() }

// clean is bare: arithmetic, bounds checks, a switch that becomes a jump table,
// a struct copy, a division.
//
//go:noinline
func clean(a []int, n int) int {
	var big [64]int
	copy(big[:], a)
	switch n {
	case 0:
		n = a[1]
	case 1:
		n = a[n] / a[2]
	case 2:
		n = big[a[0]]
	case 3:
		n += 7
	case 4:
		n = leaf(n)
	case 5:
		n = leaf(a[3])
	case 6:
		n = 1000
	case 7:
		n ^= a[4]
	case 8:
		n = -n
	case 9:
		n = len(a)
	}
	return n
}

// invoke and invokeIt call what they are handed.
//
//go:noinline
func invoke(f func(int) int) int { return f(1) }

//go:noinline
func invokeIt(f func(int) int) int { return f(2) }

//go:noinline
func handed(n int) int { keep(n); return n }

//go:noinline
func passes(f func(int) int) int { return invokeIt(f) }

//go:noinline
func leaf(n int) int { return n * 3 }

func init() {
	callsHook()
	starts()
	sends(make(chan int, 1))
	grows(nil)
	asks(nil)
	joins("a", "b")
	stores(new(*int), new(int))
	boxes(1)
	deferred()
	prints()
	yields()
	clean(make([]int, 10), 3)
	invoke(handed)
	passes(leaf)
}

// True succeeds. It is also the least that a program can do, and what the benchmarks start.
package main

import _ "gossamer/ulib/sys"

func main() {}

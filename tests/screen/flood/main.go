// Flood writes lines, each unlike the last, that scroll over the screen and says what a character costs, in ticks of the
// time-stamp counter: guest instructions, if the emulator counts those.
package main

import (
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

const (
	lines  = 4000
	length = 80 // with the newline
)

var text [26][length]byte

func main() {
	for i := range text {
		for j := range length {
			text[i][j] = 'a' + byte((i+j)%26)
		}
		text[i][length-1] = '\n'
	}
	sys.Sleep(3e9) // the kernel's drivers look for their devices meanwhile
	write(0)       // once for nothing: memory that is touched for the first time
	start := sys.RDTSC()
	for i := range lines {
		write(i)
	}
	ticks := sys.RDTSC() - start
	out.Out.Str("flood: ").Int(int(ticks / (lines * length))).Str(" ticks a character").NL().Flush()
	for {
		sys.Sleep(60e9)
	}
}

func write(i int) { sys.Write(1, text[i%len(text)][:]) }

// Prodcons has producers pass numbers to consumers through a channel that holds few of them, and
// checks that all of them arrive once.
//
//	[env ULIB_MODEL=n1|11|mn|sa] prodcons [NUMBERS [CAPACITY]]
package main

import (
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

const (
	producers = 3
	consumers = 4
)

var (
	channel ulib.Channel
	numbers = 30_000
)

func must(e sys.Errno, what string) {
	if e != 0 {
		out.Fatal("prodcons", what, e)
	}
}

// produce sends every producers-th number, from first on.
func produce(first uintptr) uintptr {
	for n := first; n < uintptr(numbers); n += producers {
		must(channel.Send(unsafe.Pointer(&n)), "send")
	}
	return 0
}

// consume adds up what it gets until the channel is closed.
func consume(uintptr) (sum uintptr) {
	for {
		var n uintptr
		if e := channel.Receive(unsafe.Pointer(&n)); e != 0 {
			return sum
		}
		sum += n
	}
}

func main() {
	const usage, most = "prodcons [NUMBERS [CAPACITY]]", 1 << 24
	numbers = out.Argument(1, numbers, 0, most, usage)
	capacity := out.Argument(2, 10, 0, most, usage)
	must(ulib.Start(), "start")
	must(channel.Init(unsafe.Sizeof(uintptr(0)), capacity), "channel")
	var p [producers]ulib.ID
	var c [consumers]ulib.ID
	var e sys.Errno
	from := ulib.Now()
	for i := range p {
		p[i], e = ulib.Create(produce, uintptr(i))
		must(e, "create")
	}
	for i := range c {
		c[i], e = ulib.Create(consume, 0)
		must(e, "create")
	}
	for i := range p {
		ulib.Join(p[i])
	}
	channel.Close()
	total := uintptr(0)
	var l ulib.Line
	for i := range c {
		sum, _ := ulib.Join(c[i])
		total += sum
		l.Str("consumer ").Int(i).Str(" has added up ").Int(int(sum)).Print()
	}
	us := int(ulib.Now()-from) / 1000
	l.Int(numbers).Str(" numbers, sum ").Int(int(total)).Str(", ").Int(us).Str(" µs").Print()
	if want := uintptr(numbers) * uintptr(max(numbers-1, 0)) / 2; total != want {
		l.Str("wrong: the sum is to be ").Int(int(want)).Print()
		out.Exit(1)
	}
}

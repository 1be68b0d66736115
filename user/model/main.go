// Model compares the models of threads on one table: the same code under each, in programs of
// their own. Times are nanoseconds of the clock.
//
//	model
package main

import (
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

const rounds = 2000

var (
	ping, pong        ulib.Semaphore
	mutex             ulib.Mutex
	readEnd, writeEnd int
)

func must(e sys.Errno, what string) {
	if e != 0 {
		out.Fatal("model", what, e)
	}
}

func create(f ulib.Func, arg uintptr) ulib.ID {
	id, e := ulib.Create(f, arg)
	must(e, "create")
	return id
}

func nothing(uintptr) uintptr { return 0 }

func createJoin(n int) {
	for range n {
		ulib.Join(create(nothing, 0))
	}
}

func answers(n uintptr) uintptr {
	for range n {
		ping.Wait()
		pong.Post()
	}
	return 0
}

func handOver(n int) {
	id := create(answers, uintptr(n))
	for range n {
		ping.Post()
		pong.Wait()
	}
	ulib.Join(id)
}

func locks(n int) {
	for range n {
		mutex.Lock()
		mutex.Unlock()
	}
}

func contends(n uintptr) uintptr {
	for range n {
		mutex.Lock()
		ulib.Yield()
		mutex.Unlock()
	}
	return 0
}

func contention(n int) {
	var ids [4]ulib.ID
	for i := range ids {
		ids[i] = create(contends, uintptr(n/len(ids)))
	}
	for i := range ids {
		ulib.Join(ids[i])
	}
}

func reads(uintptr) uintptr {
	var b [1]byte
	for {
		if n, _ := ulib.Read(readEnd, b[:]); n == 0 {
			return 0
		}
		pong.Post()
	}
}

// throughPipe has a thread block in the kernel for each byte.
func throughPipe(n int) {
	if ulib.CurrentModel() == ulib.NToOne {
		return // it would stop for ever
	}
	var e sys.Errno
	readEnd, writeEnd, e = ulib.Pipe()
	must(e, "pipe")
	id := create(reads, 0)
	for range n {
		ulib.Write(writeEnd, sys.Bytes("x"))
		pong.Wait()
	}
	sys.Close(writeEnd)
	ulib.Join(id)
}

var rows = [...]struct {
	what string
	run  func(n int)
	n    int
}{
	{"create, run and join a thread", createJoin, rounds},
	{"wake another and wait for it", handOver, rounds},
	{"lock and unlock, alone", locks, 10 * rounds},
	{"lock, yield, unlock: four threads", contention, rounds},
	{"a byte to a thread that reads", throughPipe, rounds},
}

const models = int(ulib.Activations)

var table [len(rows)][models]int64

// measure fills one cell.
func measure(row int, m ulib.Model) int64 {
	var fd [2]int32
	must(sys.Pipe2(&fd, 0), "pipe")
	pid, e := sys.Fork()
	must(e, "fork")
	if pid == 0 {
		ns := int64(-1)
		if ulib.StartWith(&ulib.Options{Model: m}) == 0 {
			r := &rows[row]
			r.run(r.n / 10)
			from := ulib.Now()
			r.run(r.n)
			ns = (ulib.Now() - from) / int64(r.n)
		}
		sys.Write(int(fd[1]), unsafe.Slice((*byte)(unsafe.Pointer(&ns)), 8))
		sys.Exit(0)
	}
	var ns int64
	sys.Close(int(fd[1]))
	n, _ := sys.Read(int(fd[0]), unsafe.Slice((*byte)(unsafe.Pointer(&ns)), 8))
	sys.Close(int(fd[0]))
	var status sys.WaitStatus
	sys.Wait4(pid, &status, 0, nil)
	if status != 0 || n != 8 {
		out.Fatal("model", rows[row].what, sys.EIO)
	}
	return ns
}

func main() {
	out.Out.Str("nanoseconds                          ")
	for m := ulib.NToOne; m <= ulib.Activations; m++ {
		out.Out.Str("       ").Str(ulib.ModelName(m))
	}
	out.Out.NL().Flush()
	for row := range rows {
		out.Out.Column().Str(rows[row].what).Pad(37)
		for m := ulib.NToOne; m <= ulib.Activations; m++ {
			ns := measure(row, m)
			switch {
			case ns < 0:
				out.Out.Str("        –")
			case row == len(rows)-1 && m == ulib.NToOne:
				out.Out.Str("    never")
			default:
				out.Out.IntWidth(int(ns), 9)
			}
		}
		out.Out.NL().Flush()
	}
	out.Exit(0)
}

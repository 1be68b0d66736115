// Webserver is a web server without a network: an acceptor thread takes connections, threads of a
// pool (-t: one made for each request) read the request, parse it, get the page from a cache or from
// a disk, and answer. All of it is written with calls that block. Clients are processes; connections
// and disks are pipes, with a process that takes its time behind each disk.
//
//	[env ULIB_MODEL=n1|11|mn|sa] webserver [-t] [REQUESTS [CLIENTS]]
//
// It runs under the model that is named, or under all of them one after the other, and prints how
// many requests a second were served and how long clients waited for an answer. Clients check every
// answer; the exit status is 1 if one was wrong.
//
// Files: main.go (one trial for each model), server.go (acceptor, threads, requests), cache.go
// (pages, the cache and disks), client.go.
package main

import (
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

const (
	maxClients  = 32
	maxRequests = 100_000
)

var (
	requests  = 100 // of each client
	clients   = 8
	perThread bool // a thread for each request
)

// A wire is a pipe.
type wire struct{ r, w int32 }

func (p *wire) open() { must(sys.Pipe2((*[2]int32)(unsafe.Pointer(p)), 0), "pipe") }

// Pipes of a trial.
var (
	listen  wire // a byte is a connection: the client's number
	gate    wire // closed when clients may begin
	results wire // what each client has found
	up      [maxClients]wire
	down    [maxClients]wire
)

func must(e sys.Errno, what string) {
	if e != 0 {
		out.Fatal("webserver", what, e)
	}
}

func main() {
	at := 1
	if sys.Arg(1) == "-t" {
		perThread = true
		at++
	}
	const usage = "webserver [-t] [REQUESTS [CLIENTS]]"
	requests = out.Argument(at, requests, 1, maxRequests, usage)
	clients = out.Argument(at+1, clients, 1, maxClients, usage)
	out.Out.Int(clients).Str(" clients, ").Int(requests).Str(" requests each, ")
	if perThread {
		out.Out.Str("a thread for each request")
	} else {
		out.Out.Int(workers).Str(" threads")
	}
	out.Out.Str("; ").Int(cached).Str(" of ").Int(pages).Str(" pages in memory, ").Int(disks).Str(" disks of ").Int(diskTime / 1000).Str(" µs").NL()
	out.Out.Str("model  requests/s   mean µs   99 % ≤ µs   longest µs   disk reads").NL().Flush()
	named, one := sys.Getenv("ULIB_MODEL")
	wrong := 0
	for m := ulib.NToOne; m <= ulib.Activations; m++ {
		if !one || named == ulib.ModelName(m) {
			wrong += trial(m)
		}
	}
	out.Exit(min(wrong, 1))
}

// trial serves all requests under a model, in a program of its own. It returns 0 if all went well.
func trial(m ulib.Model) (status int) {
	out.Out.Flush()
	pid, e := sys.Fork()
	must(e, "fork")
	if pid == 0 {
		out.Exit(serveAll(m))
	}
	var s sys.WaitStatus
	sys.Wait4(pid, &s, 0, nil)
	if s != 0 {
		return 1
	}
	return 0
}

// serveAll is a trial: the caller becomes the server. It returns an exit status.
func serveAll(m ulib.Model) int {
	listen.open()
	gate.open()
	results.open()
	for i := range clients {
		up[i].open()
		down[i].open()
	}
	openDisks()
	for i := range disks {
		if spawn() {
			keepOnly(int(ask[i].r), int(told[i].w), -1, -1, -1)
			disk(i)
		}
	}
	for i := range clients {
		if spawn() {
			keepOnly(int(listen.w), int(gate.r), int(results.w), int(up[i].w), int(down[i].r))
			client(i)
		}
	}
	sys.Close(int(listen.w))
	sys.Close(int(gate.r))
	sys.Close(int(results.w))
	if e := ulib.StartWith(&ulib.Options{Model: m}); e != 0 {
		out.Out.Str(ulib.ModelName(m)).Str("     is not there: ").Str(sys.ErrName(e)).NL()
		return 0
	}
	from := ulib.Now()
	sys.Close(int(gate.w))
	serve()
	return report(m, ulib.Now()-from)
}

// spawn makes a child, in which it returns true.
func spawn() bool {
	pid, e := sys.Fork()
	must(e, "fork")
	return pid == 0
}

// keepOnly closes all descriptors but the standard ones and those given: so whoever reads from a
// pipe sees when its writer is gone.
func keepOnly(a, b, c, d, e int) {
	last := int(told[disks-1].w)
	for fd := 3; fd <= last; fd++ {
		if fd != a && fd != b && fd != c && fd != d && fd != e {
			sys.Close(fd)
		}
	}
}

// report adds up what the clients have found, and prints a model's line.
func report(m ulib.Model, ns int64) int {
	var all found
	for range clients {
		var f found
		n, _ := ulib.Read(int(results.r), unsafe.Slice((*byte)(unsafe.Pointer(&f)), unsafe.Sizeof(f)))
		if n == int(unsafe.Sizeof(f)) {
			all.add(&f)
		}
	}
	n := max(int(all.right), 1)
	o := &out.Out
	o.Column().Str(ulib.ModelName(m)).Pad(5)
	o.IntWidth(int(int64(all.right)*1e9/max(ns, 1)), 12).IntWidth(int(all.total/1000)/n, 10)
	o.IntWidth(all.below(99), 12).IntWidth(int(all.longest/1000), 13).IntWidth(int(diskReads), 13).NL()
	if all.right != uint32(clients*requests) || all.wrong != 0 {
		o.Int(int(all.right)).Str(" of ").Int(clients * requests).Str(" requests were answered, ").Int(int(all.wrong)).Str(" more wrongly").NL()
		return 1
	}
	return 0
}

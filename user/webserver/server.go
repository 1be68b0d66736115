package main

import (
	"unsafe"

	"gossamer/ulib"
	"gossamer/ulib/sys"
)

const (
	workers = 8   // threads of the pool
	maxLine = 128 // bytes of a request
)

var (
	queue ulib.Channel // connections that a thread of the pool is to serve: their numbers

	// How many connections have been accepted and not served yet.
	openMu ulib.Mutex
	opened int
	closed ulib.Cond // opened has become 0
)

// serve accepts and serves connections until no client is left.
func serve() {
	var pool [workers]ulib.ID
	must(queue.Init(unsafe.Sizeof(byte(0)), maxClients), "queue")
	if !perThread {
		for i := range pool {
			pool[i] = start(worker, 0, false)
		}
	}
	ulib.Join(start(acceptor, 0, false))
	waitServed()
	queue.Close()
	if !perThread {
		for i := range pool {
			ulib.Join(pool[i])
		}
	}
}

func start(f ulib.Func, arg uintptr, detached bool) ulib.ID {
	id, e := ulib.CreateWith(&ulib.Attr{Detached: detached}, f, arg)
	must(e, "create")
	return id
}

// acceptor takes connections. In the model n1 its read would stop the threads that serve, while
// clients wait for these: so it lets them finish first.
func acceptor(uintptr) uintptr {
	var who [maxClients]byte
	for {
		if ulib.CurrentModel() == ulib.NToOne {
			waitServed()
		}
		n, e := ulib.Read(int(listen.r), who[:])
		must(e, "accept")
		if n == 0 {
			return 0
		}
		for i := range n {
			openMu.Lock()
			opened++
			openMu.Unlock()
			if perThread {
				start(once, uintptr(who[i]), true)
			} else {
				queue.Send(unsafe.Pointer(&who[i]))
			}
		}
	}
}

// waitServed waits until every connection has been served.
func waitServed() {
	openMu.Lock()
	for opened > 0 {
		closed.Wait(&openMu)
	}
	openMu.Unlock()
}

// worker serves connections, once just one.
func worker(uintptr) uintptr {
	for {
		var c byte
		if queue.Receive(unsafe.Pointer(&c)) != 0 {
			return 0
		}
		once(uintptr(c))
	}
}

func once(c uintptr) uintptr {
	answer(int(c))
	openMu.Lock()
	if opened--; opened == 0 {
		closed.Broadcast()
	}
	openMu.Unlock()
	return 0
}

// answer reads a request from a connection and answers it.
func answer(c int) {
	var line [maxLine]byte
	var reply [headSize + pageSize]byte
	n := readLine(int(up[c].r), line[:])
	status, page := parse(line[:n])
	body := 0
	if status == 200 {
		body = load(page, reply[headSize:])
	}
	head := writeHead(reply[:headSize], status, page, body)
	ulib.WriteAll(int(down[c].w), reply[headSize-head:headSize+body]) // it fails if the client is gone
}

// readLine reads up to the end of a line, or of p, and returns how much that is, without the end.
func readLine(fd int, p []byte) int {
	n := 0
	for n < len(p) {
		m, e := ulib.Read(fd, p[n:])
		if m <= 0 || e != 0 {
			return n
		}
		n += m
		if p[n-1] == '\n' {
			return n - 1
		}
	}
	return n
}

// parse understands "GET /page/NUMBER HTTP/1.0": status 200. 404: there is no such page; 400: it is
// something else.
func parse(line []byte) (status, page int) {
	const before, after = "GET /page/", " HTTP/1.0"
	s := sys.Text(line)
	if len(s) <= len(before)+len(after) || s[:len(before)] != before || s[len(s)-len(after):] != after {
		return 400, 0
	}
	n, ok := sys.ParseInt(s[len(before) : len(s)-len(after)])
	switch {
	case !ok:
		return 400, 0
	case n < 0 || n >= pages:
		return 404, 0
	}
	return 200, n
}

const headSize = 64

// writeHead writes the head of an answer to the end of p, and returns its length.
func writeHead(p []byte, status, page, length int) int {
	var l [headSize]byte
	n := put(l[:], 0, "HTTP/1.0 ", status)
	n = put(l[:], n, " page ", page)
	n = put(l[:], n, " length ", length)
	l[n] = '\n'
	n++
	copy(p[len(p)-n:], l[:n])
	return n
}

// put appends a text and a number to what p holds up to n, and returns how much it holds then.
func put(p []byte, n int, text string, number int) int {
	var d [20]byte
	n += copy(p[n:], text)
	return n + copy(p[n:], sys.Decimal(&d, number))
}

// Philosophers has five philosophers, each a thread, share five forks, each a mutex. Whoever eats
// needs both forks beside him. They take the lower-numbered one first, so no circle of waiting can
// close; with -greedy they take the left one first, and give it back if the right one does not
// come in time.
//
//	[env ULIB_MODEL=n1|11|mn|sa] philosophers [-greedy] [MEALS]
package main

import (
	"gossamer/ulib"
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

const seats = 5

var (
	forks  [seats]ulib.Mutex
	plates [seats]int // guarded by both forks beside
	gaveUp [seats]int
	greedy bool
	meals  = 1000
)

func must(e sys.Errno, what string) {
	if e != 0 {
		out.Fatal("philosophers", what, e)
	}
}

func dine(seat uintptr) uintptr {
	first, second := int(seat), int(seat+1)%seats
	if !greedy && first > second {
		first, second = second, first
	}
	for plates[seat] < meals {
		must(forks[first].Lock(), "lock")
		ulib.Yield() // the others reach out, too
		if greedy {
			if forks[second].LockUntil(ulib.Now()+1e6) != 0 {
				gaveUp[seat]++
				forks[first].Unlock()
				ulib.Sleep(int64(1+seat) * 100e3)
				continue
			}
		} else {
			must(forks[second].Lock(), "lock")
		}
		plates[seat]++
		must(forks[second].Unlock(), "unlock")
		must(forks[first].Unlock(), "unlock")
	}
	return uintptr(plates[seat])
}

func main() {
	last := sys.Argc() - 1
	if last > 0 && sys.Arg(1) == "-greedy" {
		greedy = true
		meals = 10
	}
	if last > 0 && sys.Arg(last) != "-greedy" {
		n, ok := sys.ParseInt(sys.Arg(last))
		if !ok || n < 0 || last > 2 || last == 2 && !greedy {
			out.Usage("philosophers [-greedy] [MEALS]")
		}
		meals = n
	}
	must(ulib.Start(), "start")
	var ids [seats]ulib.ID
	for i := range ids {
		id, e := ulib.Create(dine, uintptr(i))
		must(e, "create")
		ids[i] = id
	}
	var l ulib.Line
	for i := range ids {
		n, e := ulib.Join(ids[i])
		must(e, "join")
		l.Str("philosopher ").Int(i).Str(" has eaten ").Int(int(n)).Str(" times")
		if greedy {
			l.Str(", and given up ").Int(gaveUp[i]).Str(" times")
		}
		l.Print()
	}
}

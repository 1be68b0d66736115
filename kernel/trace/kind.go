package trace

import "fmt"

// Kind says what happened. The numbers are part of the file format: append only.
type Kind uint8

const (
	// Switch: the dispatcher whose ring this is goes from thread A (0: from idling or from its
	// own work) to Thread (0: the same); B is a Why.
	Switch Kind = iota + 1
	// Wake: the wait of Thread ended, by the doing of thread A (0: of none); B is a How.
	Wake
	// Block: Thread waits on channel A from now on. It may be woken before it leaves the CPU.
	Block
	// Create: Thread was made ready for the first time, by thread A (0: by none).
	Create
	// Exit: Thread has ended.
	Exit
	// Call: Thread entered system call A; B is its first argument.
	Call
	// Return: Thread's system call A is done; B is the result, or minus an error number.
	Return
	// Fault: an exception in user mode of Thread; A is the address, B the vector.
	Fault
	// Interrupt: vector A arrived; B is 1 if ring 3 was interrupted. Of no thread.
	Interrupt
	// Name: Thread's name is the up to 16 bytes in A and B, the first lowest.
	Name
	// LWP: Thread runs LWP A of process B.
	LWP

	kindEnd
)

// kinds has the name of each kind and of its words A and B ("" if it has none).
var kinds = [...]struct{ name, a, b string }{
	Switch:    {"switch", "from", "why"},
	Wake:      {"wake", "by", "how"},
	Block:     {"block", "channel", ""},
	Create:    {"create", "by", ""},
	Exit:      {"exit", "", ""},
	Call:      {"call", "number", "arg"},
	Return:    {"return", "number", "result"},
	Fault:     {"fault", "address", "vector"},
	Interrupt: {"interrupt", "vector", "user"},
	Name:      {"name", "", ""},
	LWP:       {"lwp", "lwp", "process"},
}

func (k Kind) String() string {
	if int(k) < len(kinds) && kinds[k].name != "" {
		return kinds[k].name
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Words returns the names of an event's words A and B, "" for one that means nothing.
func (k Kind) Words() (a, b string) {
	if int(k) < len(kinds) && kinds[k].name != "" {
		return kinds[k].a, kinds[k].b
	}
	return "a", "b"
}

// Why a thread left its dispatcher.
const (
	Yielded = iota + 1
	SliceEnded
	Blocked
	Exited
)

var whys = [...]string{"", "yielded", "slice ended", "blocked", "exited"}

// Why is the B of a Switch in words.
func Why(b uint64) string {
	if b < uint64(len(whys)) {
		return whys[b]
	}
	return fmt.Sprint(b)
}

// How a wait ended.
const (
	Woken = iota
	Interrupted
	TimedOut
)

var hows = [...]string{"woken", "interrupted", "timed out"}

// How is the B of a Wake in words.
func How(b uint64) string {
	if b < uint64(len(hows)) {
		return hows[b]
	}
	return fmt.Sprint(b)
}

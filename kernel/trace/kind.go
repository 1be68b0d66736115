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
	// Upcall: Thread serves a VP from now on and enters its program by an upcall; A is the thread that
	// did it (0: none), B what PackUpcall makes.
	Upcall
	// Save: the registers of Thread's program went to slot A, which is the program's to take.
	Save

	// Recorded by a program of user threads, in a ring of its process; Thread is the VP there.

	// UserRun: the VP goes to user thread A, 0: to its scheduler; B is what PackLeft makes.
	UserRun
	// UserReady: user thread A is ready to run, by the doing of user thread B, 0: of none.
	UserReady
	// UserName: user thread A is called what is in B, 8 bytes, the first lowest; those that Thread,
	// 0 or 1, says: the first or the second.
	UserName

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
	Upcall:    {"upcall", "by", "what"},
	Save:      {"save", "slot", ""},
	UserRun:   {"user run", "thread", "left"},
	UserReady: {"user ready", "thread", "by"},
	UserName:  {"user name", "", ""},
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

// NoSlot is the slot of an upcall that is about none.
const NoSlot = 1<<32 - 1

// PackUpcall makes the B of an Upcall: which VP enters, why (a number of package ulib/sa; 0: it has
// just been made one, and goes on), and which slot it is about, or NoSlot.
func PackUpcall(vp int, why, slot uint32) uint64 {
	return uint64(slot)<<32 | uint64(why&0xff)<<16 | uint64(vp&0xffff)
}

// UnpackUpcall is what PackUpcall was given.
func UnpackUpcall(b uint64) (vp int, why, slot uint32) {
	return int(b & 0xffff), uint32(b>>16) & 0xff, uint32(b >> 32)
}

// How a user thread left its VP.
const (
	LeftReady = iota + 1 // it could go on
	LeftWaiting
	LeftDone
)

// PackLeft makes the B of a UserRun: how the thread that ran before has left, and the LWP that the
// VP is bound to, 0 if it is an activation.
func PackLeft(how, lwp int) uint64 { return uint64(lwp)<<8 | uint64(how&0xff) }

// UnpackLeft is what PackLeft was given.
func UnpackLeft(b uint64) (how, lwp int) { return int(b & 0xff), int(b >> 8 & (1<<32 - 1)) }

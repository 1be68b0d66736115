package goos

// lastWords holds the log since the last line that begins like the report of a fatal error: what is
// to be read on the screen when the machine has stopped. A traceback that follows may be longer.
var (
	lastWords  [8 << 10]byte
	nlastWords int // more than fit: the rest is lost

	lineHead  [16]byte // how the current line of the log begins
	nlineHead int
)

// deathWords are how the Go runtime, this package's fatal, and kernel Go begin such a report, which
// may come after a time in brackets.
var deathWords = [...]string{"panic: ", "fatal error: ", "kernel panic: ", "fatal: "}

// remember takes note of a byte of the log.
func remember(b byte) {
	if nlastWords < len(lastWords) && nlastWords > 0 {
		lastWords[nlastWords] = b
		nlastWords++
	}
	if b == '\n' {
		nlineHead = 0
		return
	}
	if nlineHead >= len(lineHead) {
		return
	}
	if b == ' ' && nlineHead > 1 && lineHead[0] == '[' && lineHead[nlineHead-1] == ']' {
		nlineHead = 0
		return
	}
	lineHead[nlineHead] = b
	nlineHead++
	for _, words := range deathWords {
		if b == ' ' && string(lineHead[:nlineHead]) == words {
			nlastWords = copy(lastWords[:], words)
		}
	}
}

package xhci

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"gossamer/kernel/dev/keyboard"
)

// Config is what the driver needs from its surroundings.
type Config struct {
	Registers Registers
	Size      uint64 // of the registers, in bytes
	Memory    Memory
	Keyboard  *keyboard.Keyboard
	// Interrupt receives a value when there may be events; nil: the driver polls.
	Interrupt <-chan struct{}
	Now       func() int64 // monotonic time in ns
	Sleep     func(time.Duration)
	Log       func(format string, args ...any)
}

// Controller is one that runs.
type Controller struct {
	Config
	op, run, door uint32 // offsets of the register blocks
	version       uint16
	low           bool // it reaches 4 GiB only
	words         int  // of a context: 8 or 16
	ports         []*port
	contexts      Page // the array of device contexts
	ring          *ring
	events        events

	addressing sync.Mutex // one device answers to address 0; slots come and go
	commands   sync.Mutex // one command is under way; guards ring
	answers    chan event // what it completed with

	mu      sync.Mutex
	slots   [maxSlots + 1]*inbox // transfer events go there, by slot; nil: nobody wants them
	pages   []Page               // the controller's own
	died    chan struct{}        // closed when it has
	isDead  bool
	why     error
	limit   time.Duration // of a command or a control transfer
	nslots  uint8
	strange int // events that concern nobody
}

const (
	maxSlots    = 32
	commandTime = 5 * time.Second
	pollPeriod  = 8 * time.Millisecond // without an interrupt
)

// inbox receives the transfer events of a device: those of endpoint 0, and all others.
type inbox struct{ control, events chan event }

func newInbox() *inbox { return &inbox{make(chan event, 8), make(chan event, 32)} }

// Errors.
var (
	errMemory  = errors.New("no memory")
	errTimeout = errors.New("no answer in time")
	errDead    = errors.New("the controller has stopped")
)

// codeError is a completion code that is no success.
type codeError uint8

func (e codeError) Error() string { return fmt.Sprintf("completion code %d", uint8(e)) }

func (c *Controller) read(offset uint32) uint32     { return c.Registers.Read(offset) }
func (c *Controller) write(offset uint32, v uint32) { c.Registers.Write(offset, v) }

func (c *Controller) write64(offset uint32, v uint64) {
	c.write(offset, uint32(v))
	c.write(offset+4, uint32(v>>32))
}

// wait polls until a register has the wanted bits, sleeping in between.
func (c *Controller) wait(offset uint32, mask, want uint32, limit time.Duration) bool {
	end := c.Now() + int64(limit)
	for pause := 50 * time.Microsecond; ; pause = min(2*pause, 5*time.Millisecond) {
		v := c.read(offset)
		if v == portNoSuchThing {
			return false
		}
		if v&mask == want {
			return true
		}
		if c.Now() >= end {
			return false
		}
		c.Sleep(pause)
	}
}

// page allocates a page that is the controller's for good.
func (c *Controller) page() (Page, error) {
	p, ok := c.Memory.Page(c.low)
	if !ok {
		return p, errMemory
	}
	c.pages = append(c.pages, p)
	return p, nil
}

// fail ends everything: the controller cannot be used any more.
func (c *Controller) fail(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.isDead {
		c.isDead, c.why = true, why
		close(c.died)
	}
}

package i8042

import (
	"errors"
	"time"

	"gossamer/kernel/dev/keyboard"
)

// Ports is the controller as the CPU reaches it.
type Ports interface {
	Status() uint8 // port 0x64, read
	Read() uint8   // port 0x60
	Write(v uint8) // port 0x60
	Command(v uint8)
}

// Config is what the driver needs from its surroundings.
type Config struct {
	Ports    Ports
	Raw      bool // set 2 as it is, instead of translated
	Keyboard *keyboard.Keyboard
	// Interrupt receives a value when the controller may have a byte; nil: there is no
	// interrupt, and the driver polls.
	Interrupt <-chan struct{}
	Now       func() int64 // monotonic time in ns
	Sleep     func(time.Duration)
	Log       func(format string, args ...any)
}

// Controller is one that was found.
type Controller struct {
	Config
	dec    decoder
	device *keyboard.Device
	lights chan keyboard.Lights
	said   bool // the keyboard has answered at least once
	fresh  bool // a keyboard was plugged in, and wants setup
}

// Status register.
const (
	statusOutput = 1 << 0 // there is a byte to Read
	statusInput  = 1 << 1 // the last one written was not taken yet
	statusAux    = 1 << 5 // the byte is the second port's
	statusTime   = 1 << 6 // the keyboard did not answer in time, the byte means nothing
	statusParity = 1 << 7
	absent       = 0xff // what an empty bus reads as
)

// Commands of the controller.
const (
	cmdReadConfig  = 0x20
	cmdWriteConfig = 0x60
	cmdAuxOff      = 0xa7
	cmdSelfTest    = 0xaa // answer 0x55
	cmdTestPort    = 0xab // answer 0
	cmdPortOff     = 0xad
	cmdPortOn      = 0xae
	selfTestGood   = 0x55
)

// Configuration byte.
const (
	configIRQ       = 1 << 0
	configAuxIRQ    = 1 << 1
	configPortOff   = 1 << 4
	configAuxOff    = 1 << 5
	configTranslate = 1 << 6
)

// Commands of the keyboard, and its answers.
const (
	kbdLights  = 0xed
	kbdScanSet = 0xf0
	kbdRepeat  = 0xf3
	kbdEnable  = 0xf4
	kbdDisable = 0xf5
	kbdReset   = 0xff

	kbdACK    = 0xfa
	kbdResend = 0xfe
	kbdPassed = 0xaa // self-test after a reset, or after power on

	fastRepeat = 0x20 // 500 ms, then 30 a second
)

// Limits of waiting.
const (
	answerTime = 250 * time.Millisecond
	tellTime   = time.Second // for a byte to the keyboard, with keys in between
	resetTime  = 1500 * time.Millisecond
	pollPeriod = 10 * time.Millisecond // without an interrupt
	burst      = 256                   // more bytes at once are not a keyboard's
)

// Errors of Start.
var (
	ErrAbsent = errors.New("there is no keyboard controller")
	ErrSilent = errors.New("the keyboard controller does not answer")
)

// poll waits until status&mask is want, and reports whether it came to be.
func (c *Controller) poll(mask, want uint8, limit time.Duration) bool {
	end := c.Now() + int64(limit)
	for pause := 20 * time.Microsecond; ; pause = min(2*pause, 2*time.Millisecond) {
		if s := c.Ports.Status(); s != absent && s&mask == want {
			return true
		}
		if c.Now() >= end {
			return false
		}
		c.Sleep(pause)
	}
}

// command writes a command of the controller, and its data if there are any.
func (c *Controller) command(v uint8, data ...uint8) bool {
	if !c.poll(statusInput, 0, answerTime) {
		return false
	}
	c.Ports.Command(v)
	for _, b := range data {
		if !c.poll(statusInput, 0, answerTime) {
			return false
		}
		c.Ports.Write(b)
	}
	return c.poll(statusInput, 0, answerTime)
}

// answer waits for the byte that a command makes the controller send.
func (c *Controller) answer(limit time.Duration) (b uint8, ok bool) {
	if !c.poll(statusOutput, statusOutput, limit) {
		return 0, false
	}
	return c.Ports.Read(), true
}

// flush throws away what waits to be read; false if there is no end to it.
func (c *Controller) flush() bool {
	for range burst {
		if s := c.Ports.Status(); s == absent || s&statusOutput == 0 {
			return s != absent
		}
		c.Ports.Read()
	}
	return false
}

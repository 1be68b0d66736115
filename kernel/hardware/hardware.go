package hardware

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"gossamer/boot"
	"gossamer/kernel/dev/keyboard"
	"gossamer/kernel/dev/pci"
	"gossamer/kernel/goos"
)

// Config is what the package needs from package main.
type Config struct {
	// Typed gets what is typed.
	Typed func(p []byte)
	// OnLine has f called, which does not block, when an interrupt line is raised.
	OnLine func(line int, f func())
	// Log logs a message.
	Log func(s string)
	// Reboot is what control, Alt and Delete do.
	Reboot func()
	// Serial says that there is a serial console.
	Serial bool
}

// Machine is what was found.
type Machine struct {
	cfg      Config
	keyboard *keyboard.Keyboard

	access    string // how configuration space is reached
	functions []*pci.Function

	mu    sync.Mutex // guards what follows
	notes []string
	lost  int // notes beyond maxNotes
	usb   []usbController
}

const (
	maxNotes = 100
	patience = 10 * time.Second // in which a keyboard that is there is found
)

// Find looks for PCI functions, which only reads, and touches no other device.
func Find() *Machine {
	m := &Machine{}
	m.findPCI()
	return m
}

// Start begins to run drivers, and returns at once.
func (m *Machine) Start(cfg Config) {
	m.cfg = cfg
	layout := keyboard.US
	if name, ok := boot.Option("keymap"); ok {
		if l := keyboard.LayoutOf(name); l != nil {
			layout = l
		} else {
			cfg.Log(fmt.Sprintf("keymap=%s: there is none of that name", name))
		}
	}
	m.keyboard = keyboard.New(keyboard.Config{
		Layout:   layout,
		Out:      cfg.Typed,
		NumLock:  is("numlock", "on"),
		NoRepeat: is("keyrepeat", "off"),
		Reboot:   cfg.Reboot,
	})
	go m.probe()
}

// probe starts the drivers.
func (m *Machine) probe() {
	var wait sync.WaitGroup
	wait.Go(m.startPS2)
	m.startUSB()
	wait.Wait()
	if !m.cfg.Serial {
		time.AfterFunc(patience, m.complain)
	}
}

// complain logs everything if there is no keyboard to ask for it with.
func (m *Machine) complain() {
	if m.keyboard.Devices() == 0 {
		m.cfg.Log("no keyboard was found\n" + m.Report())
	}
}

// note records what a driver has to say.
func (m *Machine) note(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if m.cfg.Log != nil && is("verbose", "") {
		m.cfg.Log(s)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.notes) == maxNotes {
		m.lost++
		return
	}
	m.notes = append(m.notes, fmt.Sprintf("%9.3f %s", float64(goos.Now())/1e9, strings.TrimSpace(s)))
}

// signalOn returns a channel that receives a value after the line was raised.
func (m *Machine) signalOn(line int) <-chan struct{} {
	c := make(chan struct{}, 1)
	m.cfg.OnLine(line, func() {
		select {
		case c <- struct{}{}:
		default: // one is waiting to be received
		}
	})
	return c
}

// is reports whether an option has a value.
func is(option, value string) bool {
	v, ok := boot.Option(option)
	return ok && v == value
}

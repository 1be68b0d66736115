package trace

import (
	"encoding/binary"
	"strings"
)

// Log is a trace that has been recorded.
type Log struct {
	Hz          uint64 // of Event.Time
	Dispatchers int
	Rings       []Ring            // those of the dispatchers come first
	Calls       map[uint64]string // names of the system calls that occur
}

// Ring is what one ring held.
type Ring struct {
	Lost    uint64 // further events, most of them older, that it did not hold
	Process int    // that has recorded them itself; 0: the kernel has
	Events  []Event
}

// Snapshot returns what has been recorded. callName names system calls.
func (tr *Trace) Snapshot(callName func(nr uint64) string) *Log {
	l := &Log{Hz: tr.c.Hz, Dispatchers: len(tr.rings), Calls: map[uint64]string{}}
	add := func(r *ring) {
		events, lost := r.snapshot()
		l.Rings = append(l.Rings, Ring{Lost: lost, Events: events})
		for i := range events {
			if e := &events[i]; e.Kind == Call || e.Kind == Return {
				if _, known := l.Calls[e.A]; !known {
					l.Calls[e.A] = callName(e.A)
				}
			}
		}
	}
	for i := range tr.rings {
		add(&tr.rings[i])
	}
	add(tr.outside)
	add(tr.names)
	tr.sources.Lock()
	defer tr.sources.Unlock()
	for _, s := range tr.sources.list {
		l.Rings = append(l.Rings, s())
	}
	tr.sources.list = nil
	return l
}

// Count returns how many events the log has, and how many were lost.
func (l *Log) Count() (events int, lost uint64) {
	for _, r := range l.Rings {
		events += len(r.Events)
		lost += r.Lost
	}
	return events, lost
}

// PackName puts the beginning of a name into two words.
func PackName(s string) (a, b uint64) {
	var buf [16]byte
	copy(buf[:], s)
	return binary.LittleEndian.Uint64(buf[:8]), binary.LittleEndian.Uint64(buf[8:])
}

// UnpackName is the name in the words of a Name event.
func UnpackName(a, b uint64) string {
	var buf [16]byte
	binary.LittleEndian.PutUint64(buf[:8], a)
	binary.LittleEndian.PutUint64(buf[8:], b)
	return strings.TrimRight(string(buf[:]), "\x00")
}

//go:build explore

package ulib

import "gossamer/ulib/sa"

// Signals are not explored: they come from outside.

func catchFromKernel(sig int)              {}
func noteMask()                            {}
func (v *VP) collect()                     {}
func (v *VP) refill()                      {}
func (v *VP) nudge(t *thread)              {}
func (v *VP) catches()                     {}
func (v *VP) aloneWithSignals()            {}
func (t *thread) lookAtSignals(s *sa.Slot) {}
func (v *VP) arriveAt(word *uint32)        {}

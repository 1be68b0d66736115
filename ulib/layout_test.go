//go:build !explore

package ulib

import (
	"testing"
	"unsafe"

	"gossamer/ulib/sa"
)

// Do the structures lie as the kernel and the assembly have them?
func TestLayout(t *testing.T) {
	var v VP
	var b thread
	var q runQueue
	for _, c := range []struct {
		what      string
		got, want uintptr
	}{
		{"VP.disabled", unsafe.Offsetof(v.disabled), sa.Disabled},
		{"VP.pending", unsafe.Offsetof(v.pending), sa.Pending},
		{"VP.slot", unsafe.Offsetof(v.slot), sa.Cur},
		{"VP.quantum", unsafe.Offsetof(v.quantum), sa.Quantum},
		{"VP.sigmask", unsafe.Offsetof(v.sigmask), sa.Sigmask},
		{"VP.wakeAt", unsafe.Offsetof(v.wakeAt), sa.WakeAt},
		{"VP.upcallFS", unsafe.Offsetof(v.upcallFS), sa.UpcallFS},
		{"VP.awake", unsafe.Offsetof(v.awake), sa.Awake},
		{"VP.self, the first of ulib's own", unsafe.Offsetof(v.self), sa.Own},
		{"mask and look in one word", unsafe.Offsetof(q.look), unsafe.Offsetof(q.mask) + 4},
		{"that word's alignment", (unsafe.Offsetof(v.queue) + unsafe.Offsetof(q.mask)) % 8, 0},
		{"level DefaultPriority", DefaultPriority * unsafe.Sizeof(q.level[0]), defaultLevel},
		{"thread.g", unsafe.Offsetof(b.g), 0},
		{"cancel beside special", unsafe.Offsetof(b.cancel), unsafe.Offsetof(b.special) + 4},
		{"prio's alignment", unsafe.Offsetof(b.prio) % 8, 0},
		{"base beside prio", unsafe.Offsetof(b.base), unsafe.Offsetof(b.prio) + 1},
		{"done behind base", unsafe.Offsetof(b.done), unsafe.Offsetof(b.prio) + 2},
		{"detached beside done", unsafe.Offsetof(b.detached), unsafe.Offsetof(b.prio) + 3},
		{"reason behind detached", unsafe.Offsetof(b.reason), unsafe.Offsetof(b.prio) + 4},
		{"a queue's lock, first", unsafe.Offsetof(b.exit.lock), 0},
		{"stackPool.free of the default class", uintptr(defaultClass) * unsafe.Sizeof(pool.free[0]), defaultFree},
		{"a control block's alignment", unsafe.Sizeof(b) % 8, 0},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.what, c.got, c.want)
		}
	}
	if s := unsafe.Sizeof(v); s > sa.PageSize {
		t.Errorf("a VP has %d bytes, more than a page", s)
	}
	if s := unsafe.Sizeof(b); s > 1024 {
		t.Errorf("a control block has %d bytes, more than a KiB", s)
	}
}

// Is a size's class the smallest that holds it?
func TestClasses(t *testing.T) {
	for _, c := range []struct {
		size  int
		class uint8
		ok    bool
	}{
		{0, defaultClass, true}, {1, minClass, true}, {MinStack, minClass, true}, {MinStack + 1, minClass + 1, true},
		{DefaultStack, defaultClass, true}, {MaxStack, maxClass, true}, {MaxStack + 1, 0, false}, {-1, 0, false},
	} {
		if class, ok := classOf(c.size); class != c.class || ok != c.ok {
			t.Errorf("%d bytes: class %d, %v; want %d, %v", c.size, class, ok, c.class, c.ok)
		}
	}
}

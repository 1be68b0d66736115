package abi

import (
	"testing"
	"unsafe"
)

// Are the structures as large, and their parts where, they are said to be?
func TestLayout(t *testing.T) {
	for _, c := range []struct {
		what      string
		got, want uintptr
	}{
		{"LWPContext", unsafe.Sizeof(LWPContext{}), LWPContextSize},
		{"LWPContext.FX", unsafe.Offsetof(LWPContext{}.FX), LWPContextHeadSize},
		{"LWPContext.RAX", unsafe.Offsetof(LWPContext{}.RAX), 16},
		{"LWPContext.RIP", unsafe.Offsetof(LWPContext{}.RIP), 144},
		{"LWPContext.CS", unsafe.Offsetof(LWPContext{}.CS), 168},
		{"LWPInfo", unsafe.Sizeof(LWPInfo{}), LWPInfoSize},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.what, c.got, c.want)
		}
	}
	if unsafe.Sizeof(LWPControl{}) > LWPControlSize {
		t.Error("a record does not fit")
	}
}

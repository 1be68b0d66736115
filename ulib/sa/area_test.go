package sa

import (
	"testing"
	"unsafe"
)

// Do the constants, which assembly uses, say where the fields are?
func TestOffsets(t *testing.T) {
	var p Process
	var v VP
	var s Slot
	for _, c := range []struct {
		name      string
		got, want uintptr
	}{
		{"Process.Ready", unsafe.Offsetof(p.Ready), Ready},
		{"Process.Posts", unsafe.Offsetof(p.Posts), Posts},
		{"Process.Signals", unsafe.Offsetof(p.Signals), Signals},
		{"VP", unsafe.Sizeof(v), PageSize},
		{"VP.Disabled", unsafe.Offsetof(v.Disabled), Disabled},
		{"VP.Pending", unsafe.Offsetof(v.Pending), Pending},
		{"VP.Cur", unsafe.Offsetof(v.Cur), Cur},
		{"VP.Quantum", unsafe.Offsetof(v.Quantum), Quantum},
		{"VP.Sigmask", unsafe.Offsetof(v.Sigmask), Sigmask},
		{"VP.WakeAt", unsafe.Offsetof(v.WakeAt), WakeAt},
		{"VP.UpcallFS", unsafe.Offsetof(v.UpcallFS), UpcallFS},
		{"VP.Awake", unsafe.Offsetof(v.Awake), Awake},
		{"VP.Why", unsafe.Offsetof(v.Why), Why},
		{"VP.Wslot", unsafe.Offsetof(v.Wslot), Wslot},
		{"VP.Info", unsafe.Offsetof(v.Info), Info},
		{"VP.Self", unsafe.Offsetof(v.Self), Self},
		{"VP.Number", unsafe.Offsetof(v.Number), Number},
		{"VP.Grants", unsafe.Offsetof(v.Grants), Grants},
		{"VP.Own", unsafe.Offsetof(v.Own), Own},
		{"Slot", unsafe.Sizeof(s), SlotSize},
		{"Slot.Next", unsafe.Offsetof(s.Next), SlotNext},
		{"Slot.Reason", unsafe.Offsetof(s.Reason), SlotReason},
		{"Slot.AX", unsafe.Offsetof(s.AX), SlotAX},
		{"Slot.CX", unsafe.Offsetof(s.CX), SlotCX},
		{"Slot.DX", unsafe.Offsetof(s.DX), SlotDX},
		{"Slot.BX", unsafe.Offsetof(s.BX), SlotBX},
		{"Slot.SP", unsafe.Offsetof(s.SP), SlotSP},
		{"Slot.BP", unsafe.Offsetof(s.BP), SlotBP},
		{"Slot.SI", unsafe.Offsetof(s.SI), SlotSI},
		{"Slot.DI", unsafe.Offsetof(s.DI), SlotDI},
		{"Slot.R8", unsafe.Offsetof(s.R8), SlotR8},
		{"Slot.R9", unsafe.Offsetof(s.R9), SlotR9},
		{"Slot.R10", unsafe.Offsetof(s.R10), SlotR10},
		{"Slot.R11", unsafe.Offsetof(s.R11), SlotR11},
		{"Slot.R12", unsafe.Offsetof(s.R12), SlotR12},
		{"Slot.R13", unsafe.Offsetof(s.R13), SlotR13},
		{"Slot.R14", unsafe.Offsetof(s.R14), SlotR14},
		{"Slot.R15", unsafe.Offsetof(s.R15), SlotR15},
		{"Slot.IP", unsafe.Offsetof(s.IP), SlotIP},
		{"Slot.Flags", unsafe.Offsetof(s.Flags), SlotFlags},
		{"Slot.FS", unsafe.Offsetof(s.FS), SlotFS},
		{"Slot.FX", unsafe.Offsetof(s.FX), SlotFX},
		{"Slot.FX's alignment", SlotFX % 16, 0},
		{"Registration", unsafe.Sizeof(Registration{}), RegistrationSize},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.name, c.got, c.want)
		}
	}
}

// Is every slot within one page and within the area, and beside the VPs' pages?
func TestPlaces(t *testing.T) {
	for nvp := 1; nvp <= MaxVP; nvp++ {
		for _, nslot := range []int{nvp + 1, nvp + 2, nvp + 3, nvp + 4, MaxSlot} {
			end := uintptr(Pages(nvp, nslot)) * PageSize
			if last := SlotAt(nvp, nslot-1) + SlotSize; last > end || end-last >= PageSize {
				t.Fatalf("%d VPs, %d slots: the last ends at %#x, the area at %#x", nvp, nslot, last, end)
			}
			if VPAt(nvp)+PageSize != SlotAt(nvp, 0) {
				t.Fatalf("%d VPs: slots begin at %#x", nvp, SlotAt(nvp, 0))
			}
			for s := range nslot {
				if at := SlotAt(nvp, s); at/PageSize != (at+SlotSize-1)/PageSize {
					t.Fatalf("slot %d at %#x", s, at)
				}
			}
		}
	}
}

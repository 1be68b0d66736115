package amd64

// The two 8259 interrupt controllers of the PC (Intel 8259A data sheet). They are not used;
// but one that is there must be moved off the CPU's exception vectors, where the firmware
// leaves it, for even a masked 8259 may raise a spurious interrupt.
const (
	pic1Command = 0x20
	pic1Data    = 0x21
	pic2Command = 0xa0
	pic2Data    = 0xa1

	icw1Init    = 0x11 // edge, cascade, ICW4 follows
	icw4Mode    = 0x01 // 8086
	picPattern  = 0xa5
	picAll      = 0xff
	picCascaded = 2
)

// InitPIC moves the 8259s to the 16 vectors from base on, a multiple of 8, and masks them. It
// reports whether there are any.
func InitPIC(base uint8) bool {
	Outb(pic1Data, picAll)
	Outb(pic2Data, picPattern)
	if Inb(pic2Data) != picPattern || Inb(pic1Data) != picAll {
		return false
	}
	Outb(pic1Command, icw1Init)
	Outb(pic2Command, icw1Init)
	Outb(pic1Data, base)
	Outb(pic2Data, base+8)
	Outb(pic1Data, 1<<picCascaded)
	Outb(pic2Data, picCascaded)
	Outb(pic1Data, icw4Mode)
	Outb(pic2Data, icw4Mode)
	Outb(pic1Data, picAll)
	Outb(pic2Data, picAll)
	return true
}

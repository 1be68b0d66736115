package amd64

// ReadRTC reads the battery-backed clock and returns seconds since 1970, 0 if there is no
// clock or it makes no sense. The clock is taken to run in UTC. Bare; every wait is bounded.
//
// The chip (MC146818 and its descendants) changes its registers once a second; two equal
// readings with no update in progress are good.
func ReadRTC() uint64 {
	if ACPI.FADT.Present && ACPI.FADT.BootFlags&NoCMOSClock != 0 || cmos(rtcStatusA) == rtcAbsent {
		return 0
	}
	var a, b rtcTime
	for range 8 {
		for i := 0; cmos(rtcStatusA)&rtcUpdating != 0; i++ {
			if i == 100000 {
				return 0
			}
		}
		b, a = a, readRTC()
		if a == b {
			return a.seconds()
		}
	}
	return 0
}

const (
	cmosIndex = 0x70
	cmosData  = 0x71

	rtcStatusA  = 0x0a
	rtcStatusB  = 0x0b
	rtcUpdating = 1 << 7 // in A
	rtcAbsent   = 0xff
	rtc24Hour   = 1 << 1 // in B
	rtcBinary   = 1 << 2
)

type rtcTime struct{ sec, min, hour, day, month, year, century, mode uint8 }

func cmos(reg uint8) uint8 {
	Outb(cmosIndex, reg)
	return Inb(cmosData)
}

func readRTC() rtcTime {
	t := rtcTime{cmos(0), cmos(2), cmos(4), cmos(7), cmos(8), cmos(9), 0, cmos(rtcStatusB)}
	if c := ACPI.FADT.Century; c != 0 {
		t.century = cmos(c)
	}
	return t
}

func (t rtcTime) seconds() uint64 {
	pm := t.hour&0x80 != 0
	t.hour &= 0x7f
	if t.mode&rtcBinary == 0 {
		t.sec, t.min, t.hour, t.day, t.month, t.year = bcd(t.sec), bcd(t.min), bcd(t.hour), bcd(t.day), bcd(t.month), bcd(t.year)
		t.century = bcd(t.century)
	}
	if t.mode&rtc24Hour == 0 {
		t.hour %= 12
		if pm {
			t.hour += 12
		}
	}
	if t.sec > 60 || t.min > 59 || t.hour > 23 || t.day < 1 || t.day > 31 || t.month < 1 || t.month > 12 || t.year > 99 {
		return 0
	}
	if t.century < 20 || t.century > 99 { // not there, or never set
		t.century = 20
	}
	// Days since 1970 by the proleptic Gregorian calendar, years counted from March.
	y, m := uint64(t.year)+100*uint64(t.century), uint64(t.month)
	if m <= 2 {
		y--
		m += 12
	}
	days := 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + uint64(t.day) - 1 - 719468
	return days*86400 + uint64(t.hour)*3600 + uint64(t.min)*60 + uint64(t.sec)
}

func bcd(v uint8) uint8 { return v>>4*10 + v&15 }

package amd64

import (
	"testing"
	"time"
)

// What the registers of the clock mean, in each of its modes; and what means nothing.
func TestRTC(t *testing.T) {
	at := func(s string) uint64 {
		v, err := time.Parse(time.DateTime, s)
		if err != nil {
			t.Fatal(err)
		}
		return uint64(v.Unix())
	}
	const h24, binary = rtc24Hour, rtcBinary
	for _, c := range []struct {
		r    rtcTime
		want uint64
	}{
		{rtcTime{0x59, 0x30, 0x23, 0x31, 0x12, 0x99, 0, h24}, at("2099-12-31 23:30:59")},
		{rtcTime{59, 30, 23, 31, 12, 99, 0, h24 | binary}, at("2099-12-31 23:30:59")},
		{rtcTime{0, 0, 0, 29, 2, 24, 0, h24 | binary}, at("2024-02-29 00:00:00")},
		{rtcTime{0, 0, 0, 1, 3, 0, 0x20, h24}, at("2000-03-01 00:00:00")},
		{rtcTime{0, 0, 0, 1, 3, 0, 0x21, h24}, at("2100-03-01 00:00:00")},
		{rtcTime{0, 0, 0, 1, 3, 5, 0x19, h24}, at("2005-03-01 00:00:00")}, // a century that cannot be
		{rtcTime{0, 0, 0, 1, 3, 5, 0xff, h24}, at("2005-03-01 00:00:00")},
		{rtcTime{0, 0, 0x12, 1, 1, 5, 0, 0}, at("2005-01-01 00:00:00")}, // twelve hours: midnight,
		{rtcTime{0, 0, 0x92, 1, 1, 5, 0, 0}, at("2005-01-01 12:00:00")}, // noon,
		{rtcTime{0, 0, 0x91, 1, 1, 5, 0, 0}, at("2005-01-01 23:00:00")}, // eleven at night
		{rtcTime{0, 0, 0, 0, 1, 5, 0, h24}, 0},
		{rtcTime{0, 0, 0, 1, 0x13, 5, 0, h24}, 0},
		{rtcTime{0, 0x60, 0, 1, 1, 5, 0, h24}, 0},
		{rtcTime{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 0},
	} {
		if got := c.r.seconds(); got != c.want {
			t.Errorf("%+v: %d, want %d", c.r, got, c.want)
		}
	}
}

package goos

import (
	"gossamer/arch/amd64"
	"gossamer/boot"
)

// The ways to switch off and to reset, one after the other until one helps. poweroff= and reboot= on
// the command line say which shall be the first, for machines on which an earlier one hangs. What
// is tried beyond the first is logged.

// powerOff returns if nothing helps. Bare.
func powerOff() {
	const what = "power off"
	name, chosen := boot.Option("poweroff")
	tries := 0
	for pass := 0; pass < 2; pass++ {
		for w := amd64.OffWay(0); w < amd64.OffWays; w++ {
			first := chosen && w.String() == name
			if first != (pass == 0) || !first && !amd64.CanPowerOff(w) {
				continue
			}
			if tries++; tries > 1 || first {
				logTry(what, w.String())
			}
			amd64.PowerOff(w)
		}
	}
	logString("this machine cannot be switched off by software\n")
}

// reset does not return: the last way always helps. Bare.
func reset() {
	const what = "reset"
	name, chosen := boot.Option("reboot")
	tries := 0
	for pass := 0; pass < 2; pass++ {
		for w := amd64.ResetWay(0); w < amd64.ResetWays; w++ {
			first := chosen && w.String() == name
			if first != (pass == 0) || !amd64.CanReset(w) {
				continue
			}
			if tries++; tries > 1 || first {
				logTry(what, w.String())
			}
			amd64.Reset(w)
		}
	}
}

func logTry(what, way string) {
	logString(what)
	logString(" by ")
	logString(way)
	logString("\n")
}

package amd64

import "gossamer/boot"

// Starting the other CPUs (SDM 3A 9.4.4, ACPI 6.5 5.2.12): INIT to all, and then a start-up
// IPI to one at a time, which comes through the boot stub's trampoline to apEntry.

const (
	initWait     = 10000   // µs from INIT to the first start-up IPI
	startupWait  = 300     // µs until the start-up IPI is repeated
	comeLimit    = 2000000 // µs a CPU may take to come through the trampoline
	onlineLimit  = 5000000 // µs more until it says that it is up
	startupTries = 2
)

// FailedAPs is how many of StartAPs' targets did not come up; their APIC IDs are in FailedIDs.
var (
	FailedAPs int
	FailedIDs [MaxCPU]uint32
)

// StartAPs starts the CPUs with the given APIC IDs through the trampoline t and gives them the
// indices 1, 2, … in the order in which they come up; ids[i-1] is then the APIC ID of CPU i.
// It returns how many did. One that does not is sent back to wait for a start-up IPI, so that
// it cannot turn up later, and is left out; the next gets its index. A CPU is up when it has
// called SetOnline on its record, which it does when it needs trampoline and boot page tables
// no more; the records of 1 … len(ids) must be ready before. Bare, on the boot CPU, interrupts
// off; after Calibrate.
func StartAPs(t *boot.Trampoline, ids []uint32) (started int) {
	for _, id := range ids {
		if startable(id) {
			SendInit(id)
		}
	}
	if len(ids) > 0 {
		DelayMicros(initWait)
	}
	for _, id := range ids {
		index := started + 1
		if index < MaxCPU && startable(id) && startAP(t, id, index) {
			started++
			ids[started-1] = id
			continue
		}
		if FailedAPs < MaxCPU {
			FailedIDs[FailedAPs] = id
			FailedAPs++
		}
	}
	return started
}

// startAP starts one CPU, which has had its INIT, and waits for it.
func startAP(t *boot.Trampoline, id uint32, index int) bool {
	c := At(uint64(index))
	store32(&c.online, 0)
	t.Offer(uint64(index))
	came := false
	for try := 0; try < startupTries && !came; try++ {
		limit := uint64(startupWait)
		if try == startupTries-1 {
			limit = comeLimit
		}
		SendStartup(id, t.Vector())
		for w := within(limit); !came && w.goesOn(); {
			came = t.Taken()
		}
	}
	if came || !t.Withdraw() { // it may have come at the last moment
		for w := within(onlineLimit); w.goesOn(); {
			if c.Online() {
				return true
			}
		}
	}
	SendInit(id)
	DelayMicros(initWait)
	return false
}

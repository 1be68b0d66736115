// Package machine joins the machine-independent kernel to arch/amd64 and kernel/goos: it
// implements the small interfaces through which lwp, kernel/mem and kernel/sched reach the
// hardware, so that those packages name no register and run on a host in tests.
//
//	lwp.Context       Context      registers of ring 3, faults, signal frames
//	mem.PageTable     PageTables   makes mmu.PageTable, with this machine's TLBs and root
//	sched.Machine     Sched        coroutines, clock, alarms, interrupts between CPUs
//	mem.Source        goos.Frames
//
// All of it is kernel Go.
package machine

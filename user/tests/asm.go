package main

// regs_amd64.s
func vforkExit(status int) (pid int)
func keepAcross(base, nr, a0, a1, a2 uintptr) (result, kept uintptr)

//go:noescape
func keepWhile(base uintptr, flag *uint32, rounds uintptr) (kept uintptr)
func directionKept() (flags uintptr)
func setMXCSR(v uint32)
func getMXCSR() (v uint32)
func setControl(v uint16)
func getControl() (v uint16)
func readGS() uint64
func badSigreturn(sp uintptr)

// fault_amd64.s
func doUD2()
func doDivide()
func doOverflowDivide()
func doInt3()
func doInt14()
func doInt32()
func doHLT()
func doCLI()
func doSTI()
func doIn()
func doOut()
func doWRMSR()
func doRDMSR()
func doReadCR3()
func doWriteCR3()
func doWriteCR4()
func doInvlpg()
func doSwapGS()
func doLGDT()
func doIRET()
func doBadSegment()
func doSingleStep()
func doSingleStepSyscall()
func doAlignmentCheck()
func doStackOverflow()
func doBadStack()
func doSysenter()
func doBadStackFault()
func loadAt(p uintptr) uint64
func storeAt(p uintptr)
func jumpTo(p uintptr)
func probe(p uintptr) (faulted uintptr)
func addresses() (probeEnd, text, ret uintptr)
func hasNX() bool

func readTLS() uintptr
func parkOnce() uintptr
func storeRegisters() uintptr

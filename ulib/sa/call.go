package sa

// Numbers of the calls. All fail with ENOSYS on a kernel without activations, and but for the
// first two with EPERM in a process, or on an LWP, that has none.
const (
	SysRegister       = 1100 // (*Registration): EINVAL EFAULT EBUSY EAGAIN ENOMEM
	SysEnable         = 1101 // (): from here on the caller is VP 0; EINVAL EBUSY
	SysSetConcurrency = 1102 // (n): how many VPs to run; the number in force; EINVAL
	SysYield          = 1103 // (seen, deadline): nothing to run; EINVAL EAGAIN ETIMEDOUT
	SysWake           = 1104 // (): somebody has work for an idle VP
	SysHandoff        = 1105 // (vp): I spin for what that VP holds; EINVAL
	SysPreempt        = 1106 // (vp): have that VP look at its queue; EINVAL
	SysWakeup         = 1107 // (slot): EINTR to the thread in the kernel; EINVAL ENODEV EBUSY
	SysSigtake        = 1108 // (*siginfo_t): take a caught signal; its number; EAGAIN EFAULT
	SysStat           = 1109 // (*Stat): EFAULT
)

// Registration is the argument of sa_register(2).
type Registration struct {
	Entry  uint64 // where upcalls enter
	Stacks uint64 // address of NVP words: the tops of the VPs' stacks, 16-byte aligned
	Lo, Hi uint64 // the resume range: [Lo, Hi)
	NVP    uint32 // virtual processors: 1 to MaxVP
	NSlot  uint32 // slots: NVP+1 to MaxSlot
	Area   uint64 // result: address of the area
}

// RegistrationSize is its size.
const RegistrationSize = 48

// Reasons for an upcall, and (Unblocked, Preempted) for a slot's being on the ready list.
const (
	Added     = 1 // this VP has a processor, and no thread
	Blocked   = 2 // this VP's thread is in the kernel: run another
	Preempted = 3 // this VP's thread has been taken off, or there is something to look at
	Signal    = 4 // a signal is to be taken; of a fault, Wslot is the thread and Info the rest
	Unblocked = 5 // a slot's: the thread's call has ended
)

// Stat is what sa_stat(2) tells. Counters count from sa_register.
type Stat struct {
	NVP, NSlot  uint32
	Concurrency uint32 // VPs wanted
	Granted     uint32 // processors that the process may use now
	Running     uint32 // VPs that have one
	InKernel    uint32 // slots whose threads are in the kernel
	Upcalls     uint64
	Blocks      uint64 // threads that blocked and gave their VP to another
	Plain       uint64 // that blocked with their VP, for want of a slot
	Converted   uint64 // of those, how many gave it up later
	Waits       uint64 // VPs that blocked while closed
	Posts       uint64 // slots put on the ready list
	Preempted   uint64 // threads taken off
	Saved       uint64 // closed VPs stopped where they were
	Grants      uint64 // processors given to VPs
}

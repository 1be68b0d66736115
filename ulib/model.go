package ulib

import (
	"syscall"
	"unsafe"

	"gossamer/ulib/sys"
)

// A Model says what threads run on.
type Model int

const (
	// NToOne: all threads on the one LWP. A call that blocks blocks all of them. SunOS 4's library.
	NToOne Model = iota + 1
	// OneToOne: each thread on an LWP of its own. Solaris 9, NetBSD 5, Linux's NPTL.
	OneToOne
	// MToN: threads on a pool of LWPs. A thread in a call that blocks keeps its LWP; when all are
	// so kept, the pool grows if it may. SVR4, Solaris 2, IRIX, AIX.
	MToN
	// Activations: threads on as many activations as there are CPUs. When a thread blocks in the
	// kernel, its CPU is given to another thread at once. Anderson et al., NetBSD 2.
	Activations
)

// A Scope says what a thread competes with for a CPU: PTHREAD_SCOPE_PROCESS, PTHREAD_SCOPE_SYSTEM.
type Scope int

const (
	ScopeModel   Scope = iota // what the model says
	ScopeProcess              // other threads of the program: it runs on the pool; not in OneToOne
	ScopeSystem               // everything else in the system: it has an LWP of its own
)

// Options are for [StartWith].
type Options struct {
	Model Model // 0: as the variable ULIB_MODEL says, n1, 11, mn or sa; without that Activations, where the kernel has them, or NToOne
	LWPs  int   // of MToN: how many to begin with; of Activations: how many at most; 0: one for each CPU
	Slots int   // of Activations: how many threads can be in the kernel at a time; 0: 64
	Fixed bool  // of MToN: the pool does not grow by itself
}

// options are those in force.
var options Options

// ModelName is what ULIB_MODEL calls a model.
func ModelName(m Model) string {
	switch m {
	case NToOne:
		return "n1"
	case OneToOne:
		return "11"
	case MToN:
		return "mn"
	case Activations:
		return "sa"
	}
	return "?"
}

// CurrentModel is the model in force.
func CurrentModel() Model { return options.Model }

// modelOf is the model that a variable's value names; 0: none.
func modelOf(name string) Model {
	for m := NToOne; m <= Activations; m++ {
		if ModelName(m) == name {
			return m
		}
	}
	return 0
}

// CPUs is how many CPUs the program may run on: sched_getaffinity(2).
func CPUs() int {
	var mask [128]byte
	n, e := sys.Result(sys.Syscall3(syscall.SYS_SCHED_GETAFFINITY, 0, unsafe.Sizeof(mask), uintptr(unsafe.Pointer(&mask))))
	if e != 0 {
		return 1
	}
	cpus := 0
	for _, b := range mask[:n] {
		for ; b != 0; b &= b - 1 {
			cpus++
		}
	}
	return max(cpus, 1)
}

package main

import "strings"

// forbidden are the ways into the parts of the runtime that bare code must not
// touch. An entry with * at the end stands for all that begin so.
var forbidden = newSet(
	// allocation
	"runtime.mallocgc*", "runtime.newobject", "runtime.newarray", "runtime.makeslice*", "runtime.growslice*",
	"runtime.rawstring*", "runtime.rawbyteslice", "runtime.rawruneslice", "runtime.concatstring*", "runtime.concatbyte*",
	"runtime.slicebytetostring*", "runtime.stringtoslice*", "runtime.slicerunetostring", "runtime.intstring",
	"runtime.convT*", "runtime.persistentalloc*", "runtime.sysAlloc*", "runtime.sysReserve*", "runtime.sysMap*", "runtime.stackalloc",
	"runtime.newstack", "runtime.copystack", "runtime.(*mheap).*", "runtime.(*mcache).*", "runtime.(*mcentral).*",
	"runtime.moveSlice*", "runtime.unsafeslice*",
	// write barriers and typed copies that may need them
	"runtime.gcWriteBarrier*", "runtime.wbBufFlush*", "gcWriteBarrier", "runtime.typedmemmove", "runtime.typedslicecopy", "runtime.typedmemclr", "runtime.bulkBarrier*",
	"runtime.wbMove", "runtime.wbZero", "runtime.wbBuf*", "runtime.cgoCheck*", "runtime.atomicwb", "runtime.atomicstorep",
	// garbage collection
	"runtime.GC", "runtime.gcStart", "runtime.gcAssist*", "runtime.stopTheWorld*", "runtime.SetFinalizer", "runtime.addfinalizer",
	// goroutines and the scheduler
	"runtime.newproc*", "runtime.gopark*", "runtime.goready*", "runtime.ready", "runtime.goyield*", "runtime.Gosched", "runtime.gosched*", "runtime.goschedIfBusy",
	"runtime.schedule", "runtime.findRunnable", "runtime.park_m", "runtime.mcall", "runtime.systemstack", "runtime.mstart*", "runtime.newm*", "runtime.startm", "runtime.wakep", "runtime.stopm",
	"runtime.entersyscall*", "runtime.exitsyscall*", "runtime.reentersyscall", "runtime.asyncPreempt*", "runtime.goexit*", "runtime.Goexit",
	"runtime.newcoro", "runtime.coro*", "runtime.LockOSThread", "runtime.UnlockOSThread",
	// channels, select, timers, semaphores, locks
	"runtime.makechan*", "runtime.chansend*", "runtime.chanrecv*", "runtime.closechan", "runtime.selectgo", "runtime.selectnb*", "runtime.block",
	"runtime.semacquire*", "runtime.semrelease*", "runtime.sem*", "runtime.notesleep", "runtime.notetsleep*", "runtime.notewakeup", "runtime.lock2", "runtime.lockWithRank", "runtime.lock",
	"runtime.timeSleep", "runtime.newTimer", "runtime.netpoll*", "sync.*", "internal/sync.*", "time.Sleep", "runtime.futexsleep", "runtime.futexwakeup",
	// maps
	"runtime.makemap*", "runtime.map*", "internal/runtime/maps.*", "runtime.reflect_map*",
	// defer, recover, interfaces made at run time, finalizers of iterators
	"runtime.deferproc*", "runtime.deferreturn", "runtime.deferrangefunc", "runtime.gorecover",
	"runtime.assertE2I*", "runtime.typeAssert", "runtime.interfaceSwitch", "runtime.getitab", "runtime.ifaceeq", "runtime.efaceeq", "runtime.interhash", "runtime.nilinterhash",
	// packages that can do nothing without the above
	"fmt.*", "os.*", "reflect.*", "errors.*", "strconv.*", "strings.*", "bytes.*", "log.*", "io.*",
)

// sinks are where a path ends: whatever gets there is about to stop. Overflowing
// the stack (morestack) is one of them, because bare code runs on stacks of
// fixed size, where it ends in runtime.badmorestack* or a report of ours.
var sinks = newSet(
	"runtime.panic*", "runtime.goPanic*", "runtime.gopanic", "runtime.throw", "runtime.fatal", "runtime.fatalthrow", "runtime.fatalpanic",
	"runtime.sigpanic*", "runtime.abort", "runtime.dieFromSignal", "runtime.crash", "runtime.badsystemstack", "runtime.badmorestack*", "runtime.morestack*",
	"runtime.unreachableMethod", "runtime.nilfunc", "runtime.checkptr*", "runtime.panicCheck*", "runtime.racefail",
	"internal/runtime/sys.panic*",
)

// set is a set of symbols with prefixes.
type set struct {
	exact    map[string]bool
	prefixes []string
}

func newSet(patterns ...string) *set {
	s := &set{exact: map[string]bool{}}
	for _, p := range patterns {
		if prefix, wild := strings.CutSuffix(p, "*"); wild {
			s.prefixes = append(s.prefixes, prefix)
		} else {
			s.exact[p] = true
		}
	}
	return s
}

func (s *set) has(symbol string) bool {
	symbol = strings.TrimSuffix(symbol, ".abi0")
	if s.exact[symbol] {
		return true
	}
	for _, p := range s.prefixes {
		if strings.HasPrefix(symbol, p) {
			return true
		}
	}
	return false
}

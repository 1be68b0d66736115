package ksyscall

import (
	"encoding/binary"
	"syscall"

	"gossamer/kernel/mem"
	"gossamer/lwp"
	"gossamer/proc"
)

// Scheduling: policies, priorities, CPUs.

func schedYield(l *proc.LWP, _ *[6]uint64) (uint64, syscall.Errno) {
	l.Thread.Yield()
	return 0, 0
}

const resetOnFork = 0x40000000 // SCHED_RESET_ON_FORK

// target is the LWP that a sched_* call is about; 0 is the caller. EINVAL: negative.
func target(r uint64) (lwp.ID, syscall.Errno) {
	if id := lwp.ID(r); id >= 0 {
		return id, 0
	}
	return 0, syscall.EINVAL
}

// schedParam is struct sched_param, in at the address given. EINVAL: no address.
func schedParam(l *proc.LWP, at uint64) (int, syscall.Errno) {
	if at == 0 {
		return 0, syscall.EINVAL
	}
	var priority int32
	errno := get(l, at, &priority)
	return int(priority), errno
}

func schedSetscheduler(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	id, errno := target(a[0])
	if errno != 0 || int32(a[1]) < 0 {
		return 0, syscall.EINVAL
	}
	priority, errno := schedParam(l, a[2])
	if errno != 0 {
		return 0, errno
	}
	policy := uint32(a[1])
	return 0, l.SetPolicy(id, proc.Policy(policy&^resetOnFork), priority, policy&resetOnFork != 0)
}

func schedGetscheduler(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	id, errno := target(a[0])
	if errno != 0 {
		return 0, errno
	}
	policy, _, reset, errno := l.Policy(id)
	v := uint64(policy)
	if reset {
		v |= resetOnFork
	}
	return v, errno
}

func schedSetparam(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	id, errno := target(a[0])
	if errno != 0 {
		return 0, errno
	}
	priority, errno := schedParam(l, a[1])
	if errno != 0 {
		return 0, errno
	}
	return 0, l.SetPriority(id, priority)
}

func schedGetparam(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	id, errno := target(a[0])
	if errno != 0 || a[1] == 0 {
		return 0, syscall.EINVAL
	}
	_, priority, _, errno := l.Policy(id)
	if errno != 0 {
		return 0, errno
	}
	p := int32(priority)
	return 0, put(l, a[1], &p)
}

func schedGetPriorityMax(_ *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	_, hi, errno := proc.Policy(a[0]).Range()
	return uint64(hi), errno
}

func schedGetPriorityMin(_ *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	lo, _, errno := proc.Policy(a[0]).Range()
	return uint64(lo), errno
}

// schedRRGetInterval tells the time slice; with SCHED_FIFO there is none, which is 0.
func schedRRGetInterval(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	id, errno := target(a[0])
	if errno != 0 {
		return 0, errno
	}
	policy, _, _, errno := l.Policy(id)
	if errno != 0 {
		return 0, errno
	}
	ts := timespec(l.Process().System().TimeSlice)
	if policy == proc.PolicyFIFO {
		ts = timespec(0)
	}
	return 0, put(l, a[1], &ts)
}

// getpriority's result is 20 less the niceness, so that it is never negative.
func getpriority(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	nice, errno := l.Nice(int(int32(a[0])), int(int32(a[1])))
	return uint64(proc.MaxNice + 1 - nice), errno
}

func setpriority(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return 0, l.SetNice(int(int32(a[0])), int(int32(a[1])), int(int32(a[2])))
}

const affinitySize = 8 // bytes of a mask: there are at most 64 CPUs

func schedGetaffinity(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	if length := uint32(a[1]); length < affinitySize || length%8 != 0 {
		return 0, syscall.EINVAL
	}
	mask, errno := l.Affinity(lwp.ID(a[0]))
	if errno != 0 {
		return 0, errno
	}
	return affinitySize, put(l, a[2], &mask)
}

func schedSetaffinity(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	var b [affinitySize]byte
	if err := l.Space().CopyIn(b[:min(uint64(uint32(a[1])), affinitySize)], mem.VirtAddr(a[2])); err != nil {
		return result(err)
	}
	return 0, l.SetAffinity(lwp.ID(a[0]), binary.LittleEndian.Uint64(b[:]))
}

package machine

import (
	"gossamer/arch/amd64"
	"gossamer/kernel/goos"
	"gossamer/kernel/sched"
	"gossamer/lwp"
)

// Sched implements sched.Machine and sched.Counter.
type Sched struct{}

func (*Sched) NewContext(body func()) sched.Context { return newContext(body) }
func (*Sched) Now() int64                           { return goos.Now() }

// SetWake makes WaitInterrupts report goos.Alarm; who waits there calls sched.TimerTick.
func (*Sched) SetWake(deadline int64) { goos.SetAlarm(deadline) }

// Kick makes the LWP on t come out of user mode.
func (*Sched) Kick(t *sched.Thread) {
	if l, ok := t.UserData.(*lwp.LWP); ok {
		l.Ctx.Attention()
	}
}

func (*Sched) Cycles() uint64                  { return amd64.RDTSC() }
func (*Sched) Nanoseconds(cycles uint64) int64 { return goos.Nanoseconds(cycles) }

// Package proctest runs processes on the host, for tests: real proc, system calls, file system,
// scheduler and address spaces on a fake machine, whose user programs are Go functions.
//
//	func TestWait(t *testing.T) {
//		k := proctest.New(t)
//		k.Run(func(u *proctest.User) {
//			pid := u.Fork(func(u *proctest.User) { u.Exit(3) })
//			...
//		})
//	}
//
// A Program makes system calls by User.Call, touches its memory by User.Store and User.Load
// (which fault like the real thing), and may fault or compute. It runs as a coroutine: Enter
// resumes it and returns when it wants something of the kernel. Since a Go function
// cannot be copied, the child of a fork is given as another function.
//
// At the end of a test the kit sees to it that nothing is left: no process, no kernel thread,
// no page frame.
package proctest

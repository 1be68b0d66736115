// Package schedtest runs kernel threads on the host, for the tests of packages that block.
//
// A thread's context is a goroutine, so everything works under the race detector. One scheduler
// serves a whole test binary, as in the kernel; Boot starts it on first use:
//
//	func TestPipe(t *testing.T) {
//		m := schedtest.Boot(t)
//		r := m.Spawn(t, "reader", func(th *sched.Thread) { n, err = p.Read(th, buf) })
//		r.Await(t, sched.Blocked)
//		m.Run(t, func(th *sched.Thread) { p.Write(th, data) })
//		r.Wait(t)
//	}
//
// The clock is real unless a test calls Manual. A thread's body may fail the test by t.Fatal: it
// ends that thread only.
package schedtest

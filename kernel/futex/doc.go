// Package futex is Linux's futex(2): threads that wait for a word of user memory to change,
// and are found by the word's address.
//
// A futex has no state in the kernel while nobody waits. Who waits is in the queue of a
// bucket, chosen by a hash of the futex's key: the address space and the address if the futex
// is private, what backs the mapping and the offset in it if processes share it.
//
// # No lost wake-up
//
// A program that gives way stores to the word first and wakes then; one that waits says
// which value it has seen. Wait compares the word with that value and joins the queue under
// the lock of the bucket, and a wake-up takes the same lock after the store. So a waiter
// that saw the old value is in the queue before the waker looks.
//
// The word is read by mem.AddressSpace.Load32, which does not make pages present. If there
// is no page, the bucket is unlocked, the page asked for, and all done again.
//
// # Locks
//
//	bucket.mu    the waiters in it; two buckets in the order of the table
//	    mem's    the address space, while the word is looked at
//	    sched's  the waiter's own queue
//
// A Waiter's bucket changes under the lock of the bucket that it is in (and of that which it
// comes to); none means that it has been woken. Waiters are part of their LWPs, so waiting
// allocates nothing. A wake-up that comes after the waiter has gone and waits again finds
// the bucket set, and is taken for what it is.
//
// Reading order: table.go, wait.go, wake.go.
package futex

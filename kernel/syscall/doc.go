// Package ksyscall is the table of system calls: each entry decodes its six registers, checks
// them, and calls the package that does the work.
//
// Calls that Linux has keep Linux's x86-64 number, arguments and error numbers, and the
// meaning that their manual page states; Gossamer's own begin at 1024. A number that is not in
// the table is ENOSYS.
//
// What every call keeps to:
//
//   - A register is a hostile number: it is narrowed to the C type first, then checked, and a
//     pointer is never followed but by mem.AddressSpace, whose error is the result.
//   - What is copied in is copied once. What is checked is what is used.
//   - Checks come before effects, except for copying a result out, which can only come after:
//     then EFAULT may follow an effect, as on Linux.
//   - A call that makes kernel objects asks first whether the kernel's heap can bear it.
//   - Locks and references are given up by defer where something between may panic: the
//     process dies of a panic, the kernel does not.
//
// Read table.go, user.go, then the calls by subject.
package ksyscall

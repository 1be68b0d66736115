// Command barecheck proves that bare code stays bare: that from the entry points
// at which the Go runtime cannot serve (trap handlers, the runtime's own host,
// user programs), no call path in the linked executable reaches the allocator,
// the scheduler, channels, maps, write barriers, and so on.
//
//	barecheck -roots FILE|SYMBOL [-allow FILE] ELF...
//
// It disassembles every function that it reaches (golang.org/x/arch/x86/x86asm)
// and follows direct calls and jumps. It says nothing about source code: what the
// compiler inserted counts as well as what was written.
//
// What the disassembly cannot prove must be stated. An indirect call or jump in a
// reached function is a violation unless the allow file lists the function with
// the reason why the call stays bare; the functions that it may call are to be
// listed as roots then. Switches compiled to jump tables are recognised. A byte
// sequence that cannot be decoded is a violation too, unless listed.
//
// Panics, runtime.throw and runtime.morestack are sinks: the path ends there, for
// a kernel or program that gets there is stopping (forbidden.go). That they stop
// in good order is for tests to show.
//
// The roots file lists symbols, one a line; "argument SYMBOL" names a function that
// calls its first argument in bare Go, so that whatever any caller hands to it is
// a root. The allow file lists symbols, each followed by its reason; "end SYMBOL
// reason" names a function in which bare code ends, because the Go runtime takes
// over there; "FILE:SYMBOL reason" holds for the executable of that name only. In both, * at the end of a symbol stands for anything and # begins
// a comment. A root that is in none of the files, and an allowance
// that none of them needs, is an error: both files describe the code as it is.
//
// Exit status 0: proved; 1: violations, each with its call path; 2: usage.
//
// Read in the order main.go, check.go (the search), argument.go, forbidden.go, program.go (the
// executable), decode.go (instructions and what x86asm does not know of).
package main

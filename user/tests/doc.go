// Tests asks the running system questions, one function each, and reports in KTAP
// version 1 on standard output.
//
//	tests [FILTER]    the tests whose name FILTER matches; see sys.Match
//	tests -l          their names
//
// Each test runs in a process and a process group of its own, in an empty folder, for a
// bounded time; it passes if it ends with status 0. What is left of its group is killed.
// A check that fails prints a line "# what: got …, want …" and ends the test's process.
//
// On Gossamer the kernel's own self-tests follow, as kernel/NAME, and tests that would
// do harm elsewhere or count this kernel's memory run too; under Linux those are skipped,
// and all others have to pass, since what they ask is what Linux promises.
//
// The program is also what it executes: "tests --child MODE" (child.go).
//
// Reading order: main.go, check.go, child.go, then a file for each area; the tables with
// all names stand in list.go.
package main

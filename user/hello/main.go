// Hello shows what a program sees of the machine it runs on: its name, process, arguments,
// stack, and the way the words took to the screen.
package main

import (
	"unsafe"

	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

const picture = `
        ring 3      hello  --write(1, ...)--+
    ----------------------------------------|---- SYSCALL
        ring 0      kernel/syscall          v     table, checks, errno
                    proc, lwp          this process, its LWP
                    kernel/fs          console, line discipline
                    kernel/dev         16550 UART
                    kernel/goos        the OS under the Go runtime
                    arch/amd64         traps, paging, FPU
    --------------------------------------------- the machine
`

// cstr is the text of a uname field.
func cstr(f *[65]int8) string { return sys.CString(uintptr(unsafe.Pointer(f))) }

func main() {
	var u sys.Utsname
	if e := sys.Uname(&u); e != 0 {
		out.Fatal("hello", "uname", e)
	}
	o := &out.Out
	o.Str("Hello from ring 3 of ").Str(cstr(&u.Sysname)).Byte(' ').Str(cstr(&u.Release))
	o.Str(" on ").Str(cstr(&u.Machine)).NL()
	o.Str(picture).NL()
	o.Str("process ").Int(sys.Getpid()).Str(", child of ").Int(sys.Getppid())
	o.Str(", stack near ").Hex(uint64(uintptr(unsafe.Pointer(&u))))
	o.Str(", clock ").Frac(int(sys.Now()/1e6), 1000).Str(" s").NL()
	for i := range sys.Argc() {
		o.Str("argument ").Int(i).Str(" = ").Str(sys.Arg(i)).NL()
	}
	out.Exit(0)
}

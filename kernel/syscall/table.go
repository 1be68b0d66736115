package ksyscall

import (
	"strconv"

	"gossamer/kernel/trace"
	"gossamer/proc"
	"gossamer/ulib/abi"
	abisa "gossamer/ulib/sa"
)

// An entry is one system call. The number is also its argument to CallName.
type entry struct {
	name    string
	call    proc.Call
	restart proc.Restart
}

const never = proc.RestartNever

// table is the calls by number.
var table = map[uint64]entry{
	0:   {name: "read", call: read},
	1:   {name: "write", call: write},
	2:   {name: "open", call: open},
	3:   {name: "close", call: closeFD},
	4:   {name: "stat", call: stat},
	5:   {name: "fstat", call: fstat},
	6:   {name: "lstat", call: lstat},
	7:   {name: "poll", call: poll, restart: never},
	8:   {name: "lseek", call: lseek},
	9:   {name: "mmap", call: mmap},
	10:  {name: "mprotect", call: mprotect},
	11:  {name: "munmap", call: munmap},
	12:  {name: "brk", call: brk},
	13:  {name: "rt_sigaction", call: rtSigaction},
	14:  {name: "rt_sigprocmask", call: rtSigprocmask},
	15:  {name: "rt_sigreturn", call: rtSigreturn},
	16:  {name: "ioctl", call: ioctl},
	17:  {name: "pread64", call: pread64},
	18:  {name: "pwrite64", call: pwrite64},
	19:  {name: "readv", call: readv},
	20:  {name: "writev", call: writev},
	21:  {name: "access", call: access},
	22:  {name: "pipe", call: pipe},
	24:  {name: "sched_yield", call: schedYield},
	28:  {name: "madvise", call: madvise},
	32:  {name: "dup", call: dup},
	33:  {name: "dup2", call: dup2},
	34:  {name: "pause", call: pause, restart: never},
	35:  {name: "nanosleep", call: nanosleep, restart: never},
	36:  {name: "getitimer", call: getitimer},
	37:  {name: "alarm", call: alarm},
	38:  {name: "setitimer", call: setitimer},
	39:  {name: "getpid", call: getpid},
	56:  {name: "clone", call: clone},
	57:  {name: "fork", call: fork},
	58:  {name: "vfork", call: vfork},
	59:  {name: "execve", call: execve},
	60:  {name: "exit", call: exit},
	61:  {name: "wait4", call: wait4},
	62:  {name: "kill", call: kill},
	63:  {name: "uname", call: uname},
	72:  {name: "fcntl", call: fcntl},
	76:  {name: "truncate", call: truncate},
	77:  {name: "ftruncate", call: ftruncate},
	79:  {name: "getcwd", call: getcwd},
	80:  {name: "chdir", call: chdir},
	81:  {name: "fchdir", call: fchdir},
	82:  {name: "rename", call: rename},
	83:  {name: "mkdir", call: mkdir},
	84:  {name: "rmdir", call: rmdir},
	86:  {name: "link", call: link},
	87:  {name: "unlink", call: unlink},
	88:  {name: "symlink", call: symlink},
	89:  {name: "readlink", call: readlink},
	95:  {name: "umask", call: umask},
	96:  {name: "gettimeofday", call: gettimeofday},
	97:  {name: "getrlimit", call: getrlimit},
	98:  {name: "getrusage", call: getrusage},
	99:  {name: "sysinfo", call: sysinfo},
	100: {name: "times", call: times},
	102: {name: "getuid", call: zero},
	104: {name: "getgid", call: zero},
	107: {name: "geteuid", call: zero},
	108: {name: "getegid", call: zero},
	109: {name: "setpgid", call: setpgid},
	110: {name: "getppid", call: getppid},
	111: {name: "getpgrp", call: getpgrp},
	112: {name: "setsid", call: setsid},
	121: {name: "getpgid", call: getpgid},
	124: {name: "getsid", call: getsid},
	127: {name: "rt_sigpending", call: rtSigpending},
	128: {name: "rt_sigtimedwait", call: rtSigtimedwait, restart: never},
	129: {name: "rt_sigqueueinfo", call: rtSigqueueinfo},
	130: {name: "rt_sigsuspend", call: rtSigsuspend, restart: never},
	131: {name: "sigaltstack", call: sigaltstack},
	140: {name: "getpriority", call: getpriority},
	141: {name: "setpriority", call: setpriority},
	142: {name: "sched_setparam", call: schedSetparam},
	143: {name: "sched_getparam", call: schedGetparam},
	144: {name: "sched_setscheduler", call: schedSetscheduler},
	145: {name: "sched_getscheduler", call: schedGetscheduler},
	146: {name: "sched_get_priority_max", call: schedGetPriorityMax},
	147: {name: "sched_get_priority_min", call: schedGetPriorityMin},
	148: {name: "sched_rr_get_interval", call: schedRRGetInterval},
	158: {name: "arch_prctl", call: archPrctl},
	169: {name: "reboot", call: reboot},
	186: {name: "gettid", call: gettid},
	200: {name: "tkill", call: tkill},
	201: {name: "time", call: timeCall},
	202: {name: "futex", call: futexCall},
	203: {name: "sched_setaffinity", call: schedSetaffinity},
	204: {name: "sched_getaffinity", call: schedGetaffinity},
	213: {name: "epoll_create", call: epollCreate},
	217: {name: "getdents64", call: getdents64},
	218: {name: "set_tid_address", call: setTIDAddress},
	222: {name: "timer_create", call: timerCreate},
	223: {name: "timer_settime", call: timerSettime},
	224: {name: "timer_gettime", call: timerGettime},
	225: {name: "timer_getoverrun", call: timerGetoverrun},
	226: {name: "timer_delete", call: timerDelete},
	228: {name: "clock_gettime", call: clockGettime},
	229: {name: "clock_getres", call: clockGetres},
	230: {name: "clock_nanosleep", call: clockNanosleep, restart: never},
	231: {name: "exit_group", call: exitGroup},
	232: {name: "epoll_wait", call: epollWait, restart: never},
	233: {name: "epoll_ctl", call: epollCtl},
	234: {name: "tgkill", call: tgkill},
	247: {name: "waitid", call: waitid},
	257: {name: "openat", call: openat},
	258: {name: "mkdirat", call: mkdirat},
	262: {name: "newfstatat", call: newfstatat},
	263: {name: "unlinkat", call: unlinkat},
	264: {name: "renameat", call: renameat},
	266: {name: "symlinkat", call: symlinkat},
	267: {name: "readlinkat", call: readlinkat},
	269: {name: "faccessat", call: faccessat},
	271: {name: "ppoll", call: ppoll, restart: never},
	273: {name: "set_robust_list", call: setRobustList},
	281: {name: "epoll_pwait", call: epollPwait, restart: never},
	283: {name: "timerfd_create", call: timerfdCreate},
	284: {name: "eventfd", call: eventfd},
	286: {name: "timerfd_settime", call: timerfdSettime},
	287: {name: "timerfd_gettime", call: timerfdGettime},
	290: {name: "eventfd2", call: eventfd2},
	291: {name: "epoll_create1", call: epollCreate1},
	292: {name: "dup3", call: dup3},
	293: {name: "pipe2", call: pipe2},
	297: {name: "rt_tgsigqueueinfo", call: rtTgsigqueueinfo},
	302: {name: "prlimit64", call: prlimit64},
	318: {name: "getrandom", call: getrandom},
	435: {name: "clone3", call: clone3},

	abi.SysLWPCreate:      {name: "_lwp_create", call: lwpCreate},
	abi.SysLWPExit:        {name: "_lwp_exit", call: lwpExit},
	abi.SysLWPWait:        {name: "_lwp_wait", call: lwpWait},
	abi.SysLWPDetach:      {name: "_lwp_detach", call: lwpDetach},
	abi.SysLWPSuspend:     {name: "_lwp_suspend", call: lwpSuspend},
	abi.SysLWPContinue:    {name: "_lwp_continue", call: lwpContinue},
	abi.SysLWPPark:        {name: "_lwp_park", call: lwpPark, restart: never},
	abi.SysLWPUnpark:      {name: "_lwp_unpark", call: lwpUnpark},
	abi.SysLWPUnparkAll:   {name: "_lwp_unpark_all", call: lwpUnparkAll},
	abi.SysLWPWakeup:      {name: "_lwp_wakeup", call: lwpWakeup},
	abi.SysLWPKill:        {name: "_lwp_kill", call: lwpKill},
	abi.SysLWPSelf:        {name: "_lwp_self", call: gettid},
	abi.SysLWPSetPrivate:  {name: "_lwp_setprivate", call: lwpSetPrivate},
	abi.SysLWPGetPrivate:  {name: "_lwp_getprivate", call: lwpGetPrivate},
	abi.SysLWPSetName:     {name: "_lwp_setname", call: lwpSetName},
	abi.SysLWPGetName:     {name: "_lwp_getname", call: lwpGetName},
	abi.SysLWPCtl:         {name: "_lwp_ctl", call: lwpCtl},
	abi.SysLWPSetPriority: {name: "_lwp_setpriority", call: lwpSetPriority},
	abi.SysLWPBind:        {name: "_lwp_bind", call: lwpBind},
	abi.SysLWPInfo:        {name: "_lwp_info", call: lwpInfo},
	abi.SysTraceRing:      {name: "trace_ring", call: traceRing},

	abisa.SysRegister:       {name: "sa_register", call: saRegister},
	abisa.SysEnable:         {name: "sa_enable", call: saEnable},
	abisa.SysSetConcurrency: {name: "sa_setconcurrency", call: saSetConcurrency},
	abisa.SysYield:          {name: "sa_yield", call: saYield},
	abisa.SysWake:           {name: "sa_wake", call: saWake},
	abisa.SysHandoff:        {name: "sa_handoff", call: saHandoff},
	abisa.SysPreempt:        {name: "sa_preempt", call: saPreempt},
	abisa.SysWakeup:         {name: "sa_wakeup", call: saWakeup},
	abisa.SysSigtake:        {name: "sa_sigtake", call: saSigtake},
	abisa.SysStat:           {name: "sa_stat", call: saStat},

	GossamerExit: {name: "gossamer_exit", call: gossamerExit},
}

// Gossamer's own calls beside those of package lwp.
const (
	GossamerExit = 1900 // (code): tell the machine's owner an exit status, and stop
	TestCalls    = 1901 // from here on: what a test image adds with Install
)

// Install fills in the system's table of calls. more are calls that only a test image has. If
// tracing is on (kernel/trace), the table's entries record themselves; else they do not even ask.
func Install(s *proc.System, more map[uint64]proc.Call) {
	for nr, e := range table {
		s.Calls[nr], s.Restarts[nr] = e.call, e.restart
	}
	for nr, call := range more {
		s.Calls[nr] = call
	}
	s.CallName = Name
	if trace.Active() != nil {
		for nr, call := range s.Calls {
			s.Calls[nr] = traced(uint64(nr), call)
		}
	}
}

// Name returns the name of a call for reports.
func Name(nr uint64) string {
	if e, ok := table[nr]; ok {
		return e.name
	}
	return "call " + strconv.FormatUint(nr, 10)
}

package sys

var errNames = [...]string{
	OK:           "OK",
	EPERM:        "EPERM",
	ENOENT:       "ENOENT",
	ESRCH:        "ESRCH",
	EINTR:        "EINTR",
	EIO:          "EIO",
	E2BIG:        "E2BIG",
	ENOEXEC:      "ENOEXEC",
	EBADF:        "EBADF",
	ECHILD:       "ECHILD",
	EAGAIN:       "EAGAIN",
	ENOMEM:       "ENOMEM",
	EACCES:       "EACCES",
	EFAULT:       "EFAULT",
	EBUSY:        "EBUSY",
	EEXIST:       "EEXIST",
	EXDEV:        "EXDEV",
	ENODEV:       "ENODEV",
	ENOTDIR:      "ENOTDIR",
	EISDIR:       "EISDIR",
	EINVAL:       "EINVAL",
	EMFILE:       "EMFILE",
	ENOTTY:       "ENOTTY",
	EFBIG:        "EFBIG",
	ENOSPC:       "ENOSPC",
	ESPIPE:       "ESPIPE",
	EROFS:        "EROFS",
	EPIPE:        "EPIPE",
	ERANGE:       "ERANGE",
	ENAMETOOLONG: "ENAMETOOLONG",
	ENOSYS:       "ENOSYS",
	ENOTEMPTY:    "ENOTEMPTY",
	ELOOP:        "ELOOP",
	EOVERFLOW:    "EOVERFLOW",
	ETIMEDOUT:    "ETIMEDOUT",
	EALREADY:     "EALREADY",
	EDEADLK:      "EDEADLK",
}

// ErrName returns the name of one of the error numbers above, "E?" for another.
func ErrName(e Errno) string {
	if e < Errno(len(errNames)) && errNames[e] != "" {
		return errNames[e]
	}
	return "E?"
}

var signalNames = [...]string{
	SIGHUP:  "SIGHUP",
	SIGINT:  "SIGINT",
	SIGQUIT: "SIGQUIT",
	SIGILL:  "SIGILL",
	SIGTRAP: "SIGTRAP",
	SIGABRT: "SIGABRT",
	SIGBUS:  "SIGBUS",
	SIGFPE:  "SIGFPE",
	SIGKILL: "SIGKILL",
	SIGUSR1: "SIGUSR1",
	SIGSEGV: "SIGSEGV",
	SIGUSR2: "SIGUSR2",
	SIGPIPE: "SIGPIPE",
	SIGALRM: "SIGALRM",
	SIGTERM: "SIGTERM",
	SIGCHLD: "SIGCHLD",
	SIGCONT: "SIGCONT",
	SIGSTOP: "SIGSTOP",
	SIGTSTP: "SIGTSTP",
	SIGSYS:  "SIGSYS",
}

// SignalName returns the name of one of the signals above, "signal" for another.
func SignalName(sig int) string {
	if sig > 0 && sig < len(signalNames) && signalNames[sig] != "" {
		return signalNames[sig]
	}
	return "signal"
}

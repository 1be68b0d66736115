package ulib

import (
	"syscall"

	"gossamer/ulib/sys"
)

// Errno is an error number; 0 means success.
type Errno = sys.Errno

// Error numbers that package sys does not name.
const (
	EDEADLK   = syscall.EDEADLK
	ECANCELED = syscall.ECANCELED
	ENOTSUP   = syscall.ENOTSUP
)

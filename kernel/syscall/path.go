package ksyscall

import (
	"syscall"

	"gossamer/kernel/fs"
	"gossamer/kernel/mem"
	"gossamer/kernel/sched"
	"gossamer/proc"
)

// Calls that name a file.

// tree returns the file system.
func tree(l *proc.LWP) *fs.FS { return l.Process().System().FS }

func stat(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) { return doStat(l, cwd, a[0], a[1], 0) }

func lstat(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return doStat(l, cwd, a[0], a[1], atSymlinkNofollow)
}

func newfstatat(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return doStat(l, a[0], a[1], a[2], a[3])
}

func doStat(l *proc.LWP, dirfd, at, buf, flags uint64) (uint64, syscall.Errno) {
	if uint32(flags)&^(atSymlinkNofollow|atEmptyPath|atNoAutomount) != 0 {
		return 0, syscall.EINVAL
	}
	n, path, errno := pathFrom(l, dirfd, at)
	if errno != 0 {
		return 0, errno
	}
	if path != "" || flags&atEmptyPath == 0 {
		var err error
		if n, err = tree(l).Lookup(l.Thread, n, path, flags&atSymlinkNofollow == 0); err != nil {
			return result(err)
		}
	}
	var st syscall.Stat_t
	fs.Stat(n, &st)
	return 0, put(l, buf, &st)
}

func access(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) { return doAccess(l, cwd, a[0], a[1]) }

func faccessat(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return doAccess(l, a[0], a[1], a[2])
}

// doAccess answers for the one user there is, root: everything but executing a file that
// nobody may execute.
func doAccess(l *proc.LWP, dirfd, at, mode uint64) (uint64, syscall.Errno) {
	const execute = 1
	if uint32(mode)&^7 != 0 {
		return 0, syscall.EINVAL
	}
	n, path, errno := pathFrom(l, dirfd, at)
	if errno != 0 {
		return 0, errno
	}
	n, err := tree(l).Lookup(l.Thread, n, path, true)
	if err != nil {
		return result(err)
	}
	var st syscall.Stat_t
	fs.Stat(n, &st)
	if mode&execute != 0 && n.Kind() != fs.KindDirectory && st.Mode&0o111 == 0 {
		return 0, syscall.EACCES
	}
	return 0, 0
}

func truncate(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	n, path, errno := pathFrom(l, cwd, a[0])
	if errno != 0 {
		return 0, errno
	}
	return result(tree(l).Truncate(l.Thread, n, path, int64(a[1])))
}

func mkdir(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) { return doMkdir(l, cwd, a[0], a[1]) }

func mkdirat(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) { return doMkdir(l, a[0], a[1], a[2]) }

func doMkdir(l *proc.LWP, dirfd, at, mode uint64) (uint64, syscall.Errno) {
	n, path, errno := pathFrom(l, dirfd, at)
	if errno != 0 {
		return 0, errno
	}
	return result(tree(l).Mkdir(l.Thread, n, path, l.Process().Mode(uint32(mode))))
}

func rmdir(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return doUnlink(l, cwd, a[0], atRemovedir)
}

func unlink(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) { return doUnlink(l, cwd, a[0], 0) }

func unlinkat(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return doUnlink(l, a[0], a[1], a[2])
}

func doUnlink(l *proc.LWP, dirfd, at, flags uint64) (uint64, syscall.Errno) {
	if uint32(flags)&^atRemovedir != 0 {
		return 0, syscall.EINVAL
	}
	n, path, errno := pathFrom(l, dirfd, at)
	if errno != 0 {
		return 0, errno
	}
	if flags&atRemovedir != 0 {
		return result(tree(l).Rmdir(l.Thread, n, path))
	}
	return result(tree(l).Unlink(l.Thread, n, path))
}

func rename(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return two(l, cwd, a[0], cwd, a[1], tree(l).Rename)
}

func renameat(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return two(l, a[0], a[1], a[2], a[3], tree(l).Rename)
}

func link(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return two(l, cwd, a[0], cwd, a[1], tree(l).Link)
}

type renamer = func(t *sched.Thread, oldAt fs.Node, oldPath string, newAt fs.Node, newPath string) error

// two does what takes two paths.
func two(l *proc.LWP, oldFD, old, newFD, new uint64, do renamer) (uint64, syscall.Errno) {
	from, oldPath, errno := pathFrom(l, oldFD, old)
	if errno != 0 {
		return 0, errno
	}
	to, newPath, errno := pathFrom(l, newFD, new)
	if errno != 0 {
		return 0, errno
	}
	return result(do(l.Thread, from, oldPath, to, newPath))
}

func symlink(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return doSymlink(l, a[0], cwd, a[1])
}

func symlinkat(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return doSymlink(l, a[0], a[1], a[2])
}

func doSymlink(l *proc.LWP, target, dirfd, at uint64) (uint64, syscall.Errno) {
	to, errno := pathAt(l, target)
	if errno != 0 {
		return 0, errno
	}
	n, path, errno := pathFrom(l, dirfd, at)
	if errno != 0 {
		return 0, errno
	}
	return result(tree(l).Symlink(l.Thread, to, n, path))
}

func readlink(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return doReadlink(l, cwd, a[0], a[1], a[2])
}

func readlinkat(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return doReadlink(l, a[0], a[1], a[2], a[3])
}

func doReadlink(l *proc.LWP, dirfd, at, buf, size uint64) (uint64, syscall.Errno) {
	if int32(size) <= 0 {
		return 0, syscall.EINVAL
	}
	n, path, errno := pathFrom(l, dirfd, at)
	if errno != 0 {
		return 0, errno
	}
	target, err := tree(l).Readlink(l.Thread, n, path)
	if err != nil {
		return result(err)
	}
	target = target[:min(len(target), int(int32(size)))]
	return uint64(len(target)), proc.Errno(l.Space().CopyOut(mem.VirtAddr(buf), []byte(target)))
}

func chdir(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	n, path, errno := pathFrom(l, cwd, a[0])
	if errno != 0 {
		return 0, errno
	}
	n, err := tree(l).Lookup(l.Thread, n, path, true)
	if err != nil {
		return result(err)
	}
	return 0, l.Process().Chdir(n)
}

func fchdir(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	f, errno := l.Process().Files().Get(fd(a[0]))
	if errno != 0 {
		return 0, errno
	}
	defer f.Close()
	return 0, l.Process().Chdir(f.Node())
}

func getcwd(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	path, err := tree(l).Path(l.Process().Cwd())
	if err != nil {
		return result(err)
	}
	if a[1] < uint64(len(path))+1 {
		return 0, syscall.ERANGE
	}
	b := append([]byte(path), 0)
	return uint64(len(b)), proc.Errno(l.Space().CopyOut(mem.VirtAddr(a[0]), b))
}

func umask(l *proc.LWP, a *[6]uint64) (uint64, syscall.Errno) {
	return uint64(l.Process().Umask(uint32(a[0]))), 0
}

// Package fs is the kernel's file system: one tree in memory, the files that
// processes have open, pipes, devices, and the frame on which /proc is built.
//
// # What there is
//
// An FS is a tree of Nodes: *Dir, *Regular, *Symlink, *DeviceNode, and the
// generated *ProcDir, *ProcFile and *ProcLink. A *Pipe is a Node too, but has no
// place in the tree. A File is an open file description in the sense of open(2): a
// node, a position, an access mode and status flags, shared by all descriptors that
// dup and fork made of it. Descriptors themselves, and paths relative to a working
// directory, belong to package proc: a working directory is simply a Node.
//
// The bytes of a regular file, and the tables that find them, lie in page frames
// taken through mem.Frames, so a mapping of the file shares the frames (Regular
// implements mem.Backing) and a large file costs the Go heap nothing. What does cost
// heap (nodes, names, link targets) is charged against FS.MaxHeap; what costs
// frames against FS.MaxPages. Beyond either a call fails with ENOSPC and changes
// nothing.
//
// There is one user, root: permission bits are kept and shown, never checked.
// Semantics are those of Linux, as its manual pages (open(2), rename(2), pipe(7),
// getdents(2), path_resolution(7)) state them. Errors are syscall.Errno values.
//
// # Life of a regular file
//
//	linked ──unlink──▶ unlinked, in use ──last Close/Drop──▶ gone
//	   ╰──────────────unlink, not in use───────────────────────▲
//
// refs counts names, open files and mappings. Whoever takes it to zero gives the
// frames back; nothing finds the file any more then, because a File is opened (refs
// raised) under FS.mu and the last name is removed under it. The giving back itself
// happens outside FS.mu, since a file may be large.
//
// A mapping holds references of its own to the frames that it shows: those that
// truncation cuts off the file live on there.
//
// # Locks
//
// In this order; none is ever held while a thread blocks or while code of another
// package but mem.Frames runs:
//
//	File.mu     position; contents and listing generated for this opening
//	FS.mu       the shape of the tree: entries, names, parents, Dir.dead
//	Regular.mu  pages, size, refs, and all else of one file
//	Pipe.mu     the ring and who sleeps on it (never together with the others),
//	            as EventFD.mu and TimerFD.mu the count; TimerFD's before timer.Queue.mu
//
// Epoll.ctl, Watchers.mu and Epoll.mu come before all these (epoll.go): a stream tells its Watchers of
// a change when it has released its lock.
//
// Generated nodes call out to package proc: a walk gives FS.mu up around such a
// call, so proc may take its own locks there, and may call fs.
//
// # Reading order
//
// node, fs, dir, walk, tree, rename; pages, regular, image; file, open, dirent;
// pipe, eventfd, timerfd, poll, epoll; device, memdev, ioctl; procfs; cpio.
package fs

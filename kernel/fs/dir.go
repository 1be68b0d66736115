package fs

import (
	"slices"
	"sort"
	"syscall"
)

// Dir is a directory of the tree. All fields are guarded by FS.mu.
//
// Entries carry a number that only grows, and are listed in its order: the position
// of a directory listing is such a number, so that entries which come and go during
// the listing make it neither skip nor repeat another.
type Dir struct {
	inode
	entries map[string]*entry // nil while empty
	order   []*entry          // by seq
	next    int64             // seq of the next entry
	dead    bool              // removed: takes no entries any more
}

type entry struct {
	name string
	node Node
	seq  int64
}

// firstSeq follows the positions of "." and "..".
const firstSeq = 2

func (fs *FS) newDir(perm uint32) *Dir {
	d := &Dir{next: firstSeq}
	fs.initInode(&d.inode, KindDirectory, perm)
	return d
}

func (d *Dir) lookup(name string) Node {
	if e := d.entries[name]; e != nil {
		return e.node
	}
	return nil
}

// add makes name an entry for n; the name must be free. It counts the link and pays
// for the entry. FS.mu held for writing. ENOSPC: over budget, nothing changed.
func (d *Dir) add(name string, n Node) error {
	if !d.fs.charge(entryCharge + len(name)) {
		return syscall.ENOSPC
	}
	d.attach(name, n)
	if sub, ok := n.(*Dir); ok {
		sub.nlink.Store(2)
		d.nlink.Add(1)
		return nil
	}
	n.base().nlink.Add(1)
	if r, ok := n.(*Regular); ok {
		r.ref()
	}
	return nil
}

// remove takes the entry called name out, which must exist, and counts the link off.
// FS.mu held for writing. The caller gives the node returned to drop once it has
// released FS.mu, for that may free a whole file.
func (d *Dir) remove(name string) Node {
	n := d.detach(name)
	d.fs.uncharge(entryCharge + len(name))
	if sub, ok := n.(*Dir); ok {
		sub.nlink.Store(0)
		sub.dead = true
		d.nlink.Add(^uint32(0))
		d.fs.uncharge(nodeCharge)
		return n
	}
	i := n.base()
	i.ctime.Store(i.fs.Clock())
	left := i.nlink.Add(^uint32(0))
	if _, regular := n.(*Regular); !regular && left == 0 {
		d.fs.uncharge(nodeCost(n))
	}
	return n
}

// drop gives up one use of a node: of a regular file, that is; others are not
// counted.
func drop(n Node) {
	if r, ok := n.(*Regular); ok {
		r.unref()
	}
}

// attach enters n; nothing is counted or paid for. FS.mu held for writing.
func (d *Dir) attach(name string, n Node) {
	if d.entries == nil {
		d.entries = make(map[string]*entry)
	}
	e := &entry{name, n, d.next}
	d.next++
	d.entries[name] = e
	d.order = append(d.order, e)
	n.base().place.Store(&place{d, name})
	d.touched()
}

// detach is the reverse of attach.
func (d *Dir) detach(name string) Node {
	e := d.entries[name]
	delete(d.entries, name)
	at := d.after(e.seq)
	copy(d.order[at:], d.order[at+1:])
	d.order[len(d.order)-1] = nil
	d.order = d.order[:len(d.order)-1]
	d.shrink()
	i := e.node.base()
	if p := i.place.Load(); p != nil && p.dir == Node(d) && p.name == name {
		i.place.Store(nil)
	}
	d.touched()
	return e.node
}

// shrink gives memory back once a directory has lost most of its entries: neither a map nor
// a slice does so by itself, and nobody is charged for it.
func (d *Dir) shrink() {
	if c := cap(d.order); c <= 64 || len(d.order) >= c/4 {
		return
	}
	d.order = slices.Clone(d.order)
	d.entries = make(map[string]*entry, len(d.order))
	for _, e := range d.order {
		d.entries[e.name] = e
	}
}

// after returns the index in order of the first entry with a number ≥ seq.
func (d *Dir) after(seq int64) int {
	return sort.Search(len(d.order), func(i int) bool { return d.order[i].seq >= seq })
}

// nodeCost is what a node of the tree is charged with.
func nodeCost(n Node) int {
	if l, ok := n.(*Symlink); ok {
		return nodeCharge + len(l.target)
	}
	return nodeCharge
}

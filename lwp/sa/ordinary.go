package sa

import "slices"

// Ordinary LWPs as the allocator sees them. It looks now and then, at ticks of VPs, at who runs or is
// ready. A process of which it has seen LWPs in some looks in a row has a claim to as many processors,
// which it keeps until it has not been seen for some: so a command that runs for a moment takes no
// processor from anybody, and one that waits for a moment does not lose its own.
//
// A claim is a number of processors that processes with activations leave alone. Nothing holds
// ordinary LWPs there: kernel/sched runs them where there is least to do.

// A Census calls f for each LWP that runs or is ready and is no activation, with what tells its
// process from others, as long as f says true.
type Census func(f func(process int) bool)

const (
	// lookPeriod is how often the allocator looks, ns, if VPs run.
	lookPeriod = 10e6
	// forget is how long what it has seen counts if nobody has looked since, ns.
	forget = 5 * lookPeriod
	// A process has a claim when it has been seen in claimAfter looks more than not, of which
	// claimMost count.
	claimAfter = 2
	claimMost  = 4
)

// maxOthers bounds the processes that are told apart.
const maxOthers = 64

// other is a process as far as it has ordinary LWPs.
type other struct {
	process int
	seen    int // LWPs, in this look
	score   int // looks in which it was seen, less those in which it was not
	want    int // processors that it claims
	target  int
}

// Count has ordinary LWPs have a part in it. It comes before the first process.
func (a *Allocator) Count(c Census) {
	a.census, a.counted = c, a.note
	a.others = make([]other, 0, maxOthers)
}

// note counts an LWP of a process that is seen in a look.
func (a *Allocator) note(process int) bool {
	for i := range a.others {
		if o := &a.others[i]; o.process == process {
			o.seen++
			return true
		}
	}
	if len(a.others) < maxOthers {
		a.others = append(a.others, other{process: process, seen: 1})
	}
	return true
}

// look finds out who has a claim, and says whether that is news. a.mu is held.
func (a *Allocator) look() (news bool) {
	for i := range a.others {
		a.others[i].seen = 0
	}
	a.census(a.counted)
	for i := range a.others {
		o := &a.others[i]
		was := o.want
		o.weigh(a.ncpu)
		news = news || o.want != was
	}
	a.others = slices.DeleteFunc(a.others, func(o other) bool { return o.score == 0 })
	return news
}

// weigh draws the conclusion from a look: a claim grows at once, and shrinks by one each time.
func (o *other) weigh(ncpu int) {
	if o.seen == 0 {
		if o.score--; o.score == 0 {
			o.want = 0
		}
		return
	}
	o.score = min(o.score+1, claimMost)
	switch {
	case o.want == 0 && o.score < claimAfter:
	case o.seen >= o.want:
		o.want = min(o.seen, ncpu)
	default:
		o.want--
	}
}

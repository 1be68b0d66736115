package sa

// Die is the first thing at the end of a process: K15. No VP gets a processor any more, whatever
// calls that are under way do, and nobody touches an LWP but its own thread: another may be gone, and
// its context somebody else's. Every LWP that asks is told to end. The caller wakes those that wait.
func (p *Process) Die() {
	p.mu.Lock()
	p.dead, p.conc = true, 0
	p.publish()
	p.mu.Unlock()
}

// Pause says that the LWPs of the process stand still, or do no longer: K18. VPs that run keep what
// they have, but no processor; when they go on they may be too many for a moment, until they have
// been to their edge.
func (p *Process) Pause(on bool) {
	p.enter()
	defer p.leave()
	p.paused, p.dirty = on, true
}

// Gone is called when no LWP of the process is left, or none but one that has left the protocol
// behind (execve, K17).
func (p *Process) Gone() {
	p.mu.Lock()
	for i := range p.vps {
		if p.vps[i].state == Run {
			p.move(&p.vps[i], Idle, false)
		}
	}
	enabled := p.enabled
	p.dead, p.enabled = true, false
	p.mu.Unlock()
	if enabled {
		p.alloc.leave(p)
	}
}

// Enabled reports whether there are activations.
func (p *Process) Enabled() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.enabled && !p.dead
}

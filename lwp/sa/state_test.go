package sa

// coder puts a sim's state into bytes or takes it out again: one function for both, so that they
// agree. Numbers are -1 to 127.
type coder struct {
	b   []byte
	out bool
}

func code[T ~uint8 | ~int32 | ~uint32 | ~uint64 | ~int | ~int64](c *coder, x *T) {
	if c.out {
		*x = T(int8(c.b[0]))
		c.b = c.b[1:]
	} else {
		c.b = append(c.b, byte(*x))
	}
}

func codeBool(c *coder, x *bool) {
	if c.out {
		*x = c.b[0] != 0
		c.b = c.b[1:]
	} else if *x {
		c.b = append(c.b, 1)
	} else {
		c.b = append(c.b, 0)
	}
}

func codeList[T ~uint8 | ~int32](c *coder, x *[]T) {
	n := len(*x)
	code(c, &n)
	if c.out {
		*x = (*x)[:0]
		for range n {
			*x = append(*x, 0)
		}
	}
	for i := range *x {
		code(c, &(*x)[i])
	}
}

// postsBase is what posts is while a state is outside: only differences to it count.
const postsBase = 1000

func (s *sim) code(c *coder) {
	p := s.p
	if c.out {
		p.posts = postsBase
		s.area.Process.Posts = postsBase
	}
	code(c, &s.area.Process.Ready)
	codeBool(c, &p.dead)
	code(c, &p.nK)
	for i := range p.in {
		code(c, &p.in[i])
	}
	code(c, &p.nsaved)
	code(c, &p.conc)
	code(c, &p.quota)
	codeList(c, &p.reserve)
	for i := range p.held {
		code(c, &p.held[i])
	}
	s.rank(c)
	look := p.look.Load()
	code(c, &look)
	p.look.Store(look)
	for i := range p.vps {
		v := &p.vps[i]
		code(c, &v.page.Disabled)
		code(c, &v.page.Pending)
		code(c, &v.page.Cur)
		code(c, &v.state)
		code(c, &v.lwp)
		codeBool(c, &v.saved)
		code(c, &v.due)
		code(c, &v.slot)
		code(c, &v.ticks)
		codeBool(c, &v.grace)
		codeBool(c, &v.preempt)
		look := v.look.Load()
		code(c, &look)
		v.look.Store(look)
		codeBool(c, &s.idle[i])
	}
	for i := range s.l {
		l := &s.l[i]
		m := &p.lwps[i]
		code(c, &m.role)
		code(c, &m.n)
		settled := m.settled.Load()
		codeBool(c, &settled)
		m.settled.Store(settled)
		code(c, &l.ctx.pc)
		code(c, &l.ctx.t)
		code(c, &l.ctx.next)
		code(c, &l.ctx.why)
		s.codeSeen(c, &l.ctx)
		codeBool(c, &l.ctx.redo)
		codeBool(c, &l.ctx.wake)
		code(c, &l.at)
		code(c, &l.event)
		codeBool(c, &l.kicked)
		codeBool(c, &l.fixed)
	}
	for _, slot := range s.area.Slots {
		code(c, &slot.Next)
		code(c, &slot.IP)
		code(c, &slot.AX)
		code(c, &slot.BX)
		code(c, &slot.CX)
	}
	code(c, &s.lock)
	codeList(c, &s.runq)
	codeList(c, &s.parkq)
	for t := range s.nt {
		code(c, &s.tcb[t])
		codeBool(c, &s.done[t])
		code(c, &s.ops[t])
	}
	code(c, &s.faults)
	code(c, &s.moves)
}

// codeSeen keeps of the post counter that a VP has seen whether it is out of date, and that only
// where it still counts.
func (s *sim) codeSeen(c *coder, r *regs) {
	var old uint8
	if (r.pc == atDrain || r.pc == atPick || r.pc == atSleep) && r.seen != s.p.posts {
		old = 1
	}
	code(c, &old)
	if c.out {
		r.seen = s.p.posts - uint32(old)
	}
}

// rank replaces the VPs' stamps by their order, which is all that counts.
func (s *sim) rank(c *coder) {
	for i := range s.p.vps {
		v := &s.p.vps[i]
		r := uint64(0)
		for j := range s.p.vps {
			if s.p.vps[j].stamp < v.stamp {
				r++
			}
		}
		if c.out {
			code(c, &v.stamp)
		} else {
			code(c, &r)
		}
	}
	s.p.stamp = maxVP
}

func (s *sim) save() string {
	var c coder
	c.b = make([]byte, 0, 256)
	s.code(&c)
	return string(c.b)
}

func (s *sim) load(state string) {
	c := coder{b: []byte(state), out: true}
	s.errors = s.errors[:0]
	s.code(&c)
	if len(c.b) != 0 {
		panic("state not read to its end")
	}
}

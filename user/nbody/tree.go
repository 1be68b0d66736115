package main

import "math"

type vector struct{ x, y, z float64 }

// A node is a cube of space: with nothing in it, with one body, or with eight cubes.
type node struct {
	centre vector  // of the cube
	half   float64 // of its edge
	mass   float64
	at     vector // centre of mass
	body   int32  // plus one
	child  [8]int32
}

var (
	at, speed, force [maxBodies]vector
	nodes            [8 * maxBodies]node
	used             int32
)

const (
	theta  = 0.6  // a cube that looks smaller than this is taken for one body
	soften = 1e-3 // keeps bodies that nearly meet apart
	dt     = 1e-3
	deep   = 40 // levels
)

// place puts the bodies where they begin: everywhere in a cube, by a generator of numbers.
func place() {
	r := uint64(88172645463325252)
	random := func() float64 {
		r ^= r << 13
		r ^= r >> 7
		r ^= r << 17
		return float64(r>>11) / (1 << 53)
	}
	for b := range bodies {
		at[b] = vector{random(), random(), random()}
		speed[b] = vector{}
	}
}

func cube(centre vector, half float64) int32 {
	n := used
	nodes[n] = node{centre: centre, half: half}
	used++
	return n
}

// build makes the tree.
func build() {
	low, high := at[0], at[0]
	for b := range bodies {
		p := &at[b]
		low = vector{min(low.x, p.x), min(low.y, p.y), min(low.z, p.z)}
		high = vector{max(high.x, p.x), max(high.y, p.y), max(high.z, p.z)}
	}
	edge := max(high.x-low.x, high.y-low.y, high.z-low.z)
	used = 0
	cube(vector{low.x + edge/2, low.y + edge/2, low.z + edge/2}, edge/2*1.001)
	for b := range bodies {
		insert(0, int32(b), 0)
	}
}

// insert adds a body to the cube n, which is at a level.
func insert(n, b int32, level int) {
	c := &nodes[n]
	p := &at[b]
	m := c.mass + 1
	c.at = vector{(c.at.x*c.mass + p.x) / m, (c.at.y*c.mass + p.y) / m, (c.at.z*c.mass + p.z) / m}
	c.mass = m
	if m == 1 {
		c.body = b + 1
		return
	}
	if level == deep || int(used) >= len(nodes)-8 {
		return // its mass is in, its place nearly
	}
	if old := c.body; old != 0 {
		c.body = 0
		insert(c.octant(&at[old-1]), old-1, level+1)
		c = &nodes[n]
	}
	insert(c.octant(p), b, level+1)
}

// octant returns the child of c that a place lies in, making it if need be.
func (c *node) octant(p *vector) int32 {
	i, h := 0, c.half/2
	o := vector{c.centre.x - h, c.centre.y - h, c.centre.z - h}
	if p.x > c.centre.x {
		i, o.x = i|1, c.centre.x+h
	}
	if p.y > c.centre.y {
		i, o.y = i|2, c.centre.y+h
	}
	if p.z > c.centre.z {
		i, o.z = i|4, c.centre.z+h
	}
	if c.child[i] == 0 {
		c.child[i] = cube(o, h)
	}
	return c.child[i]
}

// attract computes the force on a body.
func attract(b int) {
	var f vector
	var stack [8 * deep]int32
	n := 1 // stack[0] is the root
	for n > 0 {
		n--
		i := stack[n]
		touch(i)
		c := &nodes[i]
		d := vector{c.at.x - at[b].x, c.at.y - at[b].y, c.at.z - at[b].z}
		r2 := d.x*d.x + d.y*d.y + d.z*d.z + soften
		if c.body == int32(b)+1 {
			continue
		}
		if c.body != 0 || 4*c.half*c.half < theta*theta*r2 {
			g := c.mass / (r2 * math.Sqrt(r2))
			f.x, f.y, f.z = f.x+g*d.x, f.y+g*d.y, f.z+g*d.z
			continue
		}
		for _, k := range c.child {
			if k != 0 {
				stack[n] = k
				n++
			}
		}
	}
	force[b] = f
}

// move makes a step in time.
func move() {
	for b := range bodies {
		v, f, p := &speed[b], &force[b], &at[b]
		v.x, v.y, v.z = v.x+dt*f.x, v.y+dt*f.y, v.z+dt*f.z
		p.x, p.y, p.z = p.x+dt*v.x, p.y+dt*v.y, p.z+dt*v.z
	}
}

func checksum() int64 {
	sum := 0.0
	for b := range bodies {
		sum += at[b].x + 3*at[b].y + 7*at[b].z
	}
	return int64(sum * 1e9)
}

package xhci

import "fmt"

// Report tells of the controller, and what is on its ports, a line each.
func (c *Controller) Report() (lines []string) {
	n2, n3 := 0, 0
	for _, p := range c.ports {
		if p.major >= 3 {
			n3++
		} else {
			n2++
		}
	}
	lines = append(lines, fmt.Sprintf("xHCI %x.%02x, %d slots, ports: %d of USB 2, %d of USB 3",
		c.version>>8, c.version&0xff, c.nslots, n2, n3))
	c.mu.Lock()
	if c.isDead {
		lines = append(lines, fmt.Sprintf("it is dead: %v", c.why))
	}
	if c.strange > 0 {
		lines = append(lines, fmt.Sprintf("%d events concerned nobody", c.strange))
	}
	c.mu.Unlock()
	return append(lines, reportPorts(c.ports)...)
}

func reportPorts(ports []*port) (lines []string) {
	for _, p := range ports {
		if s := p.state.Load(); s != nil {
			lines = append(lines, fmt.Sprintf("port %s: %s", p.name, *s))
		}
		if behind := p.ports.Load(); behind != nil {
			lines = append(lines, reportPorts(*behind)...)
		}
	}
	return lines
}

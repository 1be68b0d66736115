//go:build explore

package sa

// Point and Await are the explorer's: Await returns when *held is false.
var (
	Point func()
	Await func(held *bool)
)

func point() bool {
	if Point != nil {
		Point()
	}
	return false
}

type mutex struct{ held bool }

func (m *mutex) Lock() {
	if Await != nil {
		Await(&m.held)
	}
	if m.held {
		panic("sa: locked twice")
	}
	m.held = true
}

func (m *mutex) Unlock() { m.held = false }

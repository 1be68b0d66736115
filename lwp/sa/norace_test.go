//go:build !race

package sa

const underRace = false // the explorer is one goroutine: the race detector finds nothing there

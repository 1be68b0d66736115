//go:build !race

package frame

const raceMode = false

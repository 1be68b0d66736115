//go:build race

package proc_test

// The race detector makes the exploration some ten times slower; depth 5 takes a minute with it.
func init() {
	exploreDepth = 4
	rounds /= 5
}

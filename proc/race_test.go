//go:build race

package proc_test

// The race detector makes the exploration some ten times slower.
func init() { exploreDepth = 5 }

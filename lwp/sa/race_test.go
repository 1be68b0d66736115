//go:build race

package sa

const underRace = true

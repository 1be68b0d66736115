//go:build explore && seeds

package ulib

import (
	"strings"
	"testing"

	hosted "gossamer/lwp/sa"
)

// Is each mistake found?
func TestSeeds(t *testing.T) {
	initForScenes(t)
	for i, m := range allSeeds() {
		hosted.Seed = i + 1
		for _, s := range allActivationScenes() {
			if s.name != m.scene {
				continue
			}
			s.bound += m.more
			paths, wrong := explore(t, &s)
			if wrong == "" {
				t.Errorf("%s: not found on %d paths", m.what, paths)
				continue
			}
			wrong, _, _ = strings.Cut(wrong, "\n")
			t.Logf("%s: path %d of %q, %d steps: %s", m.what, paths, s.name, ex.steps, wrong)
		}
	}
}

//go:build !explore

package ulib

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// explored runs tests of the same package on another machine (machine.go), where one goroutine runs at a time.
func explored(t *testing.T, tags, run string, args ...string) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	t.Parallel()
	args = append([]string{"test", "-cpu", "1", "-tags", tags, "-run", run, "-v"}, args...)
	out, err := exec.Command("go", append(args, ".")...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// Does what threads meet at hold whatever VP goes on when?
func TestExplore(t *testing.T) { explored(t, "explore", "^TestScenes$") }

// Do ulib's side of activations and the kernel's hold against each other, whatever happens when?
func TestExploreActivations(t *testing.T) { explored(t, "explore", "^TestActivations$") }

// Do the short ways in assembly leave memory as the functions in Go behind them?
func TestShort(t *testing.T) { explored(t, "shortways", "^TestShortWays$") }

// Would that find a mistake, on either side?
func TestExploreSeeds(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{}
	write := func(name, text string) {
		to := filepath.Join(t.TempDir(), filepath.Base(name))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root, name)] = to
	}
	write("lwp/sa/seed.go", "package sa\n\n// Seed is the mistake to be made.\nvar Seed int\n")
	write("ulib/seed.go", "package ulib\n\nimport hosted \"gossamer/lwp/sa\"\n\nfunc wrong(n int) bool { return hosted.Seed == n }\n")
	files := map[string]string{}
	for i, m := range allSeeds() {
		text, ok := files[m.file]
		if !ok {
			b, err := os.ReadFile(filepath.Join(root, m.file))
			if err != nil {
				t.Fatal(err)
			}
			text = string(b)
		}
		test := fmt.Sprintf("Seed == %d", i+1)
		if strings.HasPrefix(m.file, "ulib/") {
			test = fmt.Sprintf("wrong(%d)", i+1)
		}
		if n := strings.Count(text, m.old); n != 1 {
			t.Fatalf("%s: %q stands %d times in %s", m.what, m.old, n, m.file)
		}
		files[m.file] = strings.Replace(text, m.old, strings.ReplaceAll(m.new, "WRONG", "("+test+")"), 1)
	}
	for name, text := range files {
		write(name, text)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(at, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	explored(t, "explore,seeds", "^TestSeeds$", "-overlay", at)
}

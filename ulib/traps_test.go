//go:build !explore

package ulib

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Is every test that docs/traps.md names there?
func TestTraps(t *testing.T) {
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	page := read("docs/traps.md")
	guest := read("user/tests/list.go")
	for _, m := range regexp.MustCompile("`((?:sa|lwp|ulib|hostile)/[a-z-]+)`").FindAllStringSubmatch(page, -1) {
		if !strings.Contains(guest, `"`+m[1]+`"`) {
			t.Errorf("there is no test %s", m[1])
		}
	}
	scenes := ""
	files, err := filepath.Glob("scene*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(files, "upcalls_test.go") {
		scenes += read("ulib/" + f)
	}
	for _, m := range regexp.MustCompile(`\*([a-z0-9][^*\n]+)\*`).FindAllStringSubmatch(page, -1) {
		if m[1] != "both sides" && !strings.Contains(scenes, `"`+m[1]+`"`) {
			t.Errorf("there is no scene %q", m[1])
		}
	}
	found := map[string]bool{}
	for _, dir := range []string{"lwp/sa", "proc", "ulib", "kernel/sched"} {
		files, err := filepath.Glob(filepath.Join("..", dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?m)^func (Test[A-Z]\w+)`).FindAllStringSubmatch(string(b), -1) {
				found[m[1]] = true
			}
		}
	}
	for _, name := range regexp.MustCompile(`\bTest[A-Z]\w+`).FindAllString(page, -1) {
		if !found[name] && name != "TestCancel" {
			t.Errorf("there is no %s", name)
		}
	}
	for _, mistake := range regexp.MustCompile(`“([^”]+)”`).FindAllStringSubmatch(page, -1) {
		known := false
		for _, m := range allSeeds() {
			known = known || m.what == mistake[1]
		}
		if !known {
			t.Errorf("there is no mistake %q", mistake[1])
		}
	}
	for n := 1; n <= 30; n++ {
		if !strings.Contains(page, fmt.Sprintf("\n| T%d |", n)) {
			t.Errorf("trap %d is not there", n)
		}
	}
}

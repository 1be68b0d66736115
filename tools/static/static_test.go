package static

import (
	"os"
	"testing"
)

func FuzzStrip(f *testing.F) {
	self, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		f.Add(self[:4096])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if Check(data) == nil && len(Strip(data)) > len(data) {
			t.Error("grew")
		}
	})
}

package fs

import (
	"syscall"
	"testing"

	"gossamer/kernel/frame"
)

// flatFrames is as cheap as the kernel's frames are.
type flatFrames [64][pageSize]byte

func (s *flatFrames) Alloc() (frame.Frame, bool)          { s[0][0]++; return frame.Frame(s[0][0]), true }
func (s *flatFrames) Free(frame.Frame)                    {}
func (s *flatFrames) Ref(frame.Frame)                     {}
func (s *flatFrames) Refs(frame.Frame) uint32             { return 1 }
func (s *flatFrames) Bytes(f frame.Frame) *[pageSize]byte { return &s[f] }

func benchFS(b *testing.B) *FS {
	fs := New(new(flatFrames))
	build(b, fs, "/usr/ /usr/bin/")
	fs.put(b, "/usr/bin/tool", string(make([]byte, 3*pageSize)))
	return fs
}

func BenchmarkPipeByte(b *testing.B) {
	r, w := benchFS(b).NewPipe(0)
	p := []byte{1}
	for b.Loop() {
		w.Write(nil, p)
		r.Read(nil, p)
	}
}

func BenchmarkOpenClose(b *testing.B) {
	fs := benchFS(b)
	for b.Loop() {
		f, _ := fs.Open(nil, fs.root, "/usr/bin/tool", syscall.O_RDONLY, 0)
		f.Close()
	}
}

func BenchmarkLookup(b *testing.B) {
	fs := benchFS(b)
	for b.Loop() {
		fs.Lookup(nil, fs.root, "/usr/bin/tool", true)
	}
}

func BenchmarkStat(b *testing.B) {
	fs := benchFS(b)
	n, _ := fs.Lookup(nil, fs.root, "/usr/bin/tool", true)
	var st syscall.Stat_t
	for b.Loop() {
		Stat(n, &st)
	}
}

func benchmarkRead(b *testing.B, size int) {
	fs := benchFS(b)
	f := openTest(b, fs, "/usr/bin/tool", syscall.O_RDWR)
	p := make([]byte, size)
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			f.PRead(nil, p, 0)
		}
	})
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			f.PWrite(nil, p, 0)
		}
	})
}

func BenchmarkByte(b *testing.B) { benchmarkRead(b, 1) }
func BenchmarkPage(b *testing.B) { benchmarkRead(b, pageSize) }

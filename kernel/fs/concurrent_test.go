package fs

import (
	"bytes"
	"fmt"
	"math/rand"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// Of many threads that create one file all get it; with O_EXCL, one does.
func TestConcurrentCreation(t *testing.T) {
	fs, _ := newTest(t)
	for i := range 200 {
		for _, flags := range []int{syscall.O_CREAT, syscall.O_CREAT | syscall.O_EXCL} {
			path := fmt.Sprintf("/%d-%x", i, flags)
			var start, wg sync.WaitGroup
			var opened atomic.Int32
			start.Add(1)
			for range 4 {
				wg.Add(1)
				go func() {
					defer wg.Done()
					start.Wait()
					f, err := fs.Open(nil, fs.root, path, flags, 0o600)
					if err == nil {
						opened.Add(1)
						f.Close()
					} else if err != syscall.EEXIST {
						t.Error(err)
					}
				}()
			}
			start.Done()
			wg.Wait()
			if want := map[bool]int32{false: 4, true: 1}[flags&syscall.O_EXCL != 0]; opened.Load() != want {
				t.Fatalf("flags %#x: %d opened it, want %d", flags, opened.Load(), want)
			}
		}
	}
}

func TestAppendIsAtomic(t *testing.T) {
	fs, _ := newTest(t)
	const writers, each = 4, 50
	var wg sync.WaitGroup
	for i := range writers {
		f := openTest(t, fs, "/log", syscall.O_CREAT|syscall.O_WRONLY|syscall.O_APPEND)
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer f.Close()
			for range each {
				f.Write(nil, bytes.Repeat([]byte{byte('a' + i)}, 1000))
			}
		}()
	}
	wg.Wait()
	got := fs.get(t, "/log")
	if len(got) != writers*each*1000 {
		t.Fatalf("%d bytes, want %d", len(got), writers*each*1000)
	}
	for i := 0; i < len(got); i += 1000 {
		if got[i] != got[i+999] {
			t.Fatalf("two records are mixed at %d", i)
		}
	}
}

// Everything at once, for the race detector and for what must hold afterwards.
func TestConcurrentTree(t *testing.T) {
	fs, frames := newTest(t)
	build(t, fs, "/d0/ /d1/ /d2/ /l>d1")
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			rng := rand.New(rand.NewSource(int64(g)))
			name := func() string {
				dir := []string{"/d0", "/d1", "/d2", "/l", "/d0/x", "/d1/y"}[rng.Intn(6)]
				return fmt.Sprintf("%s/%c", dir, "xyz"[rng.Intn(3)])
			}
			var st syscall.Stat_t
			buf := make([]byte, 3000)
			for range 2000 {
				switch rng.Intn(8) {
				case 0:
					fs.Mkdir(nil, fs.root, name(), 0o755)
				case 1:
					fs.Rmdir(nil, fs.root, name())
				case 2:
					fs.Unlink(nil, fs.root, name())
				case 3:
					fs.Rename(nil, fs.root, name(), fs.root, name())
				case 4:
					fs.Link(nil, fs.root, name(), fs.root, name())
				case 5:
					if n, err := fs.Lookup(nil, fs.root, name(), true); err == nil {
						Stat(n, &st)
						fs.Path(n)
					}
				case 6, 7:
					flags := []int{syscall.O_CREAT | syscall.O_RDWR, syscall.O_RDONLY, syscall.O_RDWR | syscall.O_TRUNC}[rng.Intn(3)]
					if f, err := fs.Open(nil, fs.root, name(), flags, 0o644); err == nil {
						f.Write(nil, buf)
						f.Read(nil, buf)
						f.ReadDir(nil, buf)
						f.Close()
					}
				}
			}
		}()
	}
	wg.Wait()
	checkTree(t, fs)
	emptyTree(t, fs)
	if frames.used() != 0 {
		t.Errorf("%d frames leaked", frames.used())
	}
}

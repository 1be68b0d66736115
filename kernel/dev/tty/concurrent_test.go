package tty

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gossamer/kernel/sched"
	"gossamer/kernel/sched/schedtest"
)

func TestConcurrentWritesDoNotMix(t *testing.T) {
	s := newTerminal(nil)
	s.slow = time.Millisecond // long enough for a mutex to be handed to who waits
	var wg sync.WaitGroup
	for _, c := range "abc" {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 5 {
				s.TTY.Write(nil, []byte(strings.Repeat(string(c), 999)+"\n"), false)
			}
		}()
	}
	wg.Wait()
	for _, line := range strings.Split(strings.TrimSuffix(s.shown(), "\r\n"), "\r\n") {
		if len(line) != 999 || strings.Count(line, line[:1]) != 999 {
			t.Fatalf("mixed: %.20q…", line)
		}
	}
}

// Input, readers, writers and changes of mode at once, for the race detector; every
// line that is typed is read once.
func TestConcurrentUse(t *testing.T) {
	m := schedtest.Boot(t)
	s := newTerminal(m.Now)
	const lines, readers = 400, 3
	var mu sync.Mutex
	got := map[string]int{}
	body := func(th *sched.Thread) {
		p := make([]byte, 50)
		for {
			n, err := s.Read(th, p, false)
			if err != nil || n == 0 {
				return
			}
			mu.Lock()
			got[string(p[:n])]++
			total := len(got)
			mu.Unlock()
			s.TTY.Write(th, p[:n], false)
			if total == lines {
				s.Input([]byte("\x04\x04\x04"))
			}
		}
	}
	go func() {
		for i := range lines {
			s.Input([]byte(fmt.Sprintf("line %dx\x7f\n", i)))
			if i%50 == 0 {
				s.SetTermios(defaultTermios, false)
				time.Sleep(time.Millisecond)
			}
		}
	}()
	m.Run(t, body, body, body)
	for line, n := range got {
		if n != 1 {
			t.Errorf("%q read %d times", line, n)
		}
	}
}

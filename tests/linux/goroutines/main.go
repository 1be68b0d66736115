// Goroutines, the collector, sleeping, a recovered nil dereference, files and another program:
// what the stock Go runtime wants of a kernel.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

func main() {
	var wg sync.WaitGroup
	var mu sync.Mutex
	sum := 0
	for i := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 1000 {
				garbage := make([]byte, 1000)
				mu.Lock()
				sum += i + len(garbage) - 1000
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	runtime.GC()
	fmt.Println("sum", sum)

	start := time.Now()
	time.Sleep(5 * time.Millisecond)
	fmt.Println("slept", time.Since(start) >= 5*time.Millisecond)

	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		var p *int
		*p = 1
	}()

	b, err := os.ReadFile("/proc/version")
	fmt.Println(strings.HasPrefix(string(b), "Gossamer"), err)
	out, err := exec.Command("/bin/box", "echo", "from", "another", "program").Output()
	fmt.Printf("%q %v\n", out, err)
}

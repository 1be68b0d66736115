package main

import (
	_ "gossamer/kernel/goos"
	"fmt"
	"runtime"
	"time"
)

func main() {
	fmt.Println("hello from ring 0", runtime.Version(), runtime.GOMAXPROCS(0))
	time.Sleep(10 * time.Millisecond)
	runtime.GC()
	fmt.Println("gc ok")
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		var p *int
		*p = 1
	}()
	select {}
}

// Package tracejson turns a trace of the kernel (kernel/trace) into Chrome's trace event format,
// which ui.perfetto.dev and chrome://tracing show. docs/trace.md tells what one sees there.
//
// The events of all rings are merged by time and played through a model of the machine: what runs
// on each dispatcher, of each thread what it does, of each VP which LWP serves it and which user
// thread it runs. Every track is a stack of slices, so that each begin has its end, whatever events
// have been lost: what is open when something comes that contradicts it is closed there.
//
// Read in the order convert.go (the rules, one for each kind of event), thread.go, user.go (VPs and
// user threads), track.go; check.go and timeline.go read a file
// back, for tests and for tracesvg.
package tracejson

// Command tracesvg draws how activations deal with a thread that blocks, out of a trace that
// ./qemu.sh trace has saved:
//
//	ICOUNT=1 CPUS=1 ./qemu.sh trace build/trace.json
//	go run ./tools/tracesvg build/trace.json > docs/activations.svg
//
// The picture shows the shortest time in the trace in which a thread blocks, another runs on its VP,
// and the first comes back; all tracks of VPs, user threads and LWPs that do something meanwhile; and
// numbered what happens (story.go). It is one file without scripts, light or dark as its reader has
// it.
package main

// Package screenshot gets pictures of an emulated screen out of QEMU, and reads the text on them:
// whoever tests the screen compares what it says, not how it looks.
//
// Read in the order monitor.go, picture.go, text.go.
package screenshot

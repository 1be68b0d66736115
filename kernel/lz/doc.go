// Package lz is the compression of the initial file tree: LZ77 with a window that is the
// whole input.
//
// The tree is a dozen programs that all hold the same Go runtime, linked at different
// addresses. What one has in common with the next lies megabytes back, out of reach for
// the windows of gzip (32 KiB) and LZ4 (64 KiB), and comes in runs with a few different bytes
// between, at one and the same distance. So distances have any size here, and the last one
// is free. For 15.4 MiB of programs that makes 1.8 MiB instead of gzip's 7, and it decodes ten
// times as fast. zstd with such a window would do as well, but its decoder for Go brings
// crypto/rand with it, and with that 32 MiB of zeroes and 0.7 MiB of code to each kernel.
//
// # Format
//
// A header of 20 bytes, little-endian: "GLZ1", the size of the contents (u64), the size of
// what follows the header (u32), and its CRC-32 (IEEE, u32). What follows are steps:
//
//	token            high nibble: number of literals; low nibble: length of the match − 4;
//	                 15 in either: a varint to be added follows
//	literals         that many bytes
//	distance         a varint; 0: that of the last match
//
// A varint is that of encoding/binary. The contents end after the literals or the match
// that complete their size; the last step may have no match.
//
// [Decode] trusts nothing: rubbish gives an error and no more memory than the header's
// size, which its caller can bound with [Size].
package lz

package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// The partition tables, as firmware reads them from a stick: MBR, and GPT (UEFI 2.10, 5.3).

const (
	blockSize = 512

	mbrLoads    = 0x1b0 // u64, GRUB's: block of bios.img after its first
	mbrTable    = 446
	mbrEntry    = 16
	typeGPT     = 0xee
	statusMBR   = 0x80
	gptHeader   = 92
	gptEntryMin = 128
)

// espType is the GPT type of an EFI system partition, C12A7328-F81F-11D2-BA4B-00A0C93EC93B.
var espType = []byte{0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b}

// checkMBR looks for a boot sector that loads GRUB from block grub, for the protective entry and
// for exactly one that is active.
func checkMBR(data []byte, grub uint64) error {
	if len(data) < blockSize || data[510] != 0x55 || data[511] != 0xaa {
		return fmt.Errorf("no MBR")
	}
	if got := binary.LittleEndian.Uint64(data[mbrLoads:]); got != grub {
		return fmt.Errorf("the MBR loads block %d, but GRUB is at %d", got, grub)
	}
	protective, active := 0, 0
	for k := range 4 {
		e := data[mbrTable+k*mbrEntry:]
		if e[4] == typeGPT && binary.LittleEndian.Uint32(e[8:]) == 1 {
			protective++
		}
		if e[0]&statusMBR != 0 {
			active++
		}
	}
	if protective != 1 || active != 1 {
		return fmt.Errorf("the MBR has %d protective and %d active entries, not one of each", protective, active)
	}
	return nil
}

// checkGPT checks both copies of the table and returns the EFI system partition's blocks.
func checkGPT(data []byte) (first, last uint64, err error) {
	le := binary.LittleEndian
	h, entries, err := gptTable(data, 1)
	if err != nil {
		return 0, 0, fmt.Errorf("GPT: %w", err)
	}
	_, backup, err := gptTable(data, le.Uint64(h[32:]))
	if err != nil {
		return 0, 0, fmt.Errorf("the GPT's second copy: %w", err)
	}
	if !bytes.Equal(entries, backup) {
		return 0, 0, fmt.Errorf("the GPT's copies differ")
	}
	if end := le.Uint64(h[32:]); end != uint64(len(data))/blockSize-1 {
		return 0, 0, fmt.Errorf("the GPT's second copy is at block %d of %d", end, len(data)/blockSize)
	}
	size := int(le.Uint32(h[84:]))
	n := 0
	for at := 0; at+size <= len(entries); at += size {
		if e := entries[at:]; bytes.Equal(e[:16], espType) {
			first, last = le.Uint64(e[32:]), le.Uint64(e[40:])
			n++
		}
	}
	if n != 1 {
		return 0, 0, fmt.Errorf("the GPT has %d EFI system partitions", n)
	}
	return first, last, nil
}

// gptTable checks the header at a block and returns it, and the entries that it is about.
func gptTable(data []byte, block uint64) (header, entries []byte, err error) {
	le := binary.LittleEndian
	if block > uint64(len(data))/blockSize {
		return nil, nil, fmt.Errorf("its header would be at block %d", block)
	}
	h := slice(data, int64(block)*blockSize, blockSize)
	if h == nil || string(h[:8]) != "EFI PART" || le.Uint32(h[12:]) != gptHeader || le.Uint64(h[24:]) != block {
		return nil, nil, fmt.Errorf("no header at block %d", block)
	}
	copied := bytes.Clone(h[:gptHeader])
	clear(copied[16:20])
	if crc32.ChecksumIEEE(copied) != le.Uint32(h[16:]) {
		return nil, nil, fmt.Errorf("the header's checksum is wrong")
	}
	at, n, size := le.Uint64(h[72:]), uint64(le.Uint32(h[80:])), uint64(le.Uint32(h[84:]))
	if size < gptEntryMin || size > blockSize || n > 1024 || at > uint64(len(data))/blockSize {
		return nil, nil, fmt.Errorf("%d entries of %d bytes at block %d", n, size, at)
	}
	entries = slice(data, int64(at)*blockSize, int64(n*size))
	if entries == nil || crc32.ChecksumIEEE(entries) != le.Uint32(h[88:]) {
		return nil, nil, fmt.Errorf("the entries' checksum is wrong")
	}
	return h, entries, nil
}

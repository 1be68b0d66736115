package main

import (
	"encoding/binary"
	"fmt"
)

// El Torito ("Bootable CD-ROM Format Specification" 1.0): a boot record descriptor names the
// sector of a catalogue of 32-byte entries.

const (
	elToritoID     = "EL TORITO SPECIFICATION"
	bootRecord     = 17 // its sector
	catalogEntry   = 32
	platformBIOS   = 0
	platformEFI    = 0xef
	bootable       = 0x88
	lastHeader     = 0x91
	noEmulation    = 0
	catalogEntries = sectorSize / catalogEntry
)

// bootEntry is something to boot: count sectors of 512 bytes at sector.
type bootEntry struct {
	platform byte
	count    uint16
	sector   uint32
}

// catalog returns the bootable entries without emulation.
func (i *iso) catalog() (list []bootEntry, err error) {
	d := slice(i.data, bootRecord*sectorSize, sectorSize)
	if d == nil || d[0] != 0 || string(d[1:6]) != "CD001" || string(d[7:7+len(elToritoID)]) != elToritoID {
		return nil, fmt.Errorf("no El Torito boot record")
	}
	c := slice(i.data, int64(binary.LittleEndian.Uint32(d[71:]))*sectorSize, sectorSize)
	if c == nil || c[0] != 1 || c[30] != 0x55 || c[31] != 0xaa {
		return nil, fmt.Errorf("no El Torito catalogue")
	}
	sum := uint16(0)
	for k := 0; k < catalogEntry; k += 2 {
		sum += binary.LittleEndian.Uint16(c[k:])
	}
	if sum != 0 {
		return nil, fmt.Errorf("the El Torito catalogue's checksum is wrong")
	}
	platform := c[1]
	for k := 1; k < catalogEntries; k++ {
		e := c[k*catalogEntry:][:catalogEntry]
		switch e[0] {
		case 0x90, lastHeader:
			platform = e[1]
		case bootable:
			if e[1]&15 == noEmulation {
				list = append(list, bootEntry{platform, binary.LittleEndian.Uint16(e[6:]), binary.LittleEndian.Uint32(e[8:])})
			}
		}
	}
	return list, nil
}

// entry returns the only entry of a platform.
func (i *iso) entry(platform byte) (found bootEntry, err error) {
	list, err := i.catalog()
	if err != nil {
		return found, err
	}
	n := 0
	for _, e := range list {
		if e.platform == platform {
			found = e
			n++
		}
	}
	if n != 1 {
		return found, fmt.Errorf("%d El Torito entries for platform %#x", n, platform)
	}
	return found, nil
}

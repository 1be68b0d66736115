package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// A reader of FAT12 (Microsoft's "FAT: General Overview of On-Disk Format" 1.03), for short names:
// what UEFI firmware does with the EFI system partition.

const (
	fatRecord    = 32
	fatFolder    = 1 << 4 // attributes
	fatVolume    = 1 << 3
	fatEnd       = 0xff8 // a cluster number from here on ends a chain
	fat12Maximum = 4084  // clusters: more would be another FAT
)

// fat is a file system in memory.
type fat struct {
	data     []byte
	table    []byte
	root     []byte
	clusters []byte // cluster 2 and what follows
	size     int    // of a cluster
	count    int
}

func openFAT(data []byte) (*fat, error) {
	if len(data) < blockSize || data[510] != 0x55 || data[511] != 0xaa {
		return nil, fmt.Errorf("no FAT file system")
	}
	le := binary.LittleEndian
	sector, reserved, tables := int64(le.Uint16(data[11:])), int64(le.Uint16(data[14:])), int64(data[16])
	entries, total, tableSize := int64(le.Uint16(data[17:])), int64(le.Uint16(data[19:])), int64(le.Uint16(data[22:]))
	f := &fat{data: data, size: int(data[13]) * int(sector)}
	if sector != blockSize || f.size == 0 || total*sector != int64(len(data)) {
		return nil, fmt.Errorf("a FAT file system of %d sectors of %d bytes in %d bytes", total, sector, len(data))
	}
	rootAt := (reserved + tables*tableSize) * sector
	firstAt := rootAt + entries*fatRecord
	f.table = slice(data, reserved*sector, tableSize*sector)
	f.root = slice(data, rootAt, entries*fatRecord)
	f.clusters = slice(data, firstAt, int64(len(data))-firstAt)
	f.count = len(f.clusters) / f.size
	if f.table == nil || f.root == nil || f.clusters == nil || f.count > fat12Maximum || (f.count+2)*3/2+1 > len(f.table) {
		return nil, fmt.Errorf("the FAT file system's parts do not fit each other")
	}
	return f, nil
}

// chain returns the contents of a chain of clusters.
func (f *fat) chain(cluster int) ([]byte, error) {
	var out bytes.Buffer
	for n := 0; cluster < fatEnd; n++ {
		if cluster < 2 || cluster-2 >= f.count || n > f.count {
			return nil, fmt.Errorf("a chain of clusters leads to %d", cluster)
		}
		out.Write(f.clusters[(cluster-2)*f.size:][:f.size])
		next := int(binary.LittleEndian.Uint16(f.table[cluster*3/2:]))
		if cluster&1 != 0 {
			next >>= 4
		}
		cluster = next & 0xfff
	}
	return out.Bytes(), nil
}

// read returns the contents of the file at path.
func (f *fat) read(path string) ([]byte, error) {
	folder := f.root
	parts := strings.Split(path, "/")
	for i, name := range parts {
		record := fatLookup(folder, name)
		if record == nil {
			return nil, fmt.Errorf("no %s in the EFI file system", path)
		}
		data, err := f.chain(int(binary.LittleEndian.Uint16(record[26:])))
		if err != nil {
			return nil, err
		}
		if last := i == len(parts)-1; last != (record[11]&fatFolder == 0) {
			return nil, fmt.Errorf("%s in the EFI file system is of the wrong kind", name)
		}
		if folder = data; record[11]&fatFolder == 0 {
			if folder = slice(data, 0, int64(binary.LittleEndian.Uint32(record[28:]))); folder == nil {
				return nil, fmt.Errorf("%s in the EFI file system is cut off", path)
			}
		}
	}
	return folder, nil
}

// fatLookup finds the record of a name of the form NAME or NAME.EXT.
func fatLookup(folder []byte, name string) []byte {
	base, ext, _ := strings.Cut(name, ".")
	want := fmt.Sprintf("%-8s%-3s", base, ext)
	for ; len(folder) >= fatRecord && folder[0] != 0; folder = folder[fatRecord:] {
		if string(folder[:11]) == want && folder[11]&fatVolume == 0 {
			return folder
		}
	}
	return nil
}

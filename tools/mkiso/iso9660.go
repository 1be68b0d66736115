package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// A reader of ISO 9660 (ECMA-119) with Rock Ridge names (IEEE P1282), as far as finding files
// takes: what GRUB does with the image.

const (
	sectorSize   = 2048
	descriptors  = 16 // sector of the first volume descriptor
	rootRecordAt = 156

	recordExtent = 2  // u32
	recordSize   = 10 // u32
	recordFlags  = 25
	recordName   = 32 // length, then the name
	flagFolder   = 1 << 1
)

// isoFile is a file in an image, or a folder.
type isoFile struct {
	sector uint32
	size   uint32
	folder bool
}

// iso is an image in memory.
type iso struct {
	data []byte
	root isoFile
}

var errISO = errors.New("no ISO 9660 file system")

// openISO looks at the primary volume descriptor.
func openISO(data []byte) (*iso, error) {
	d := slice(data, descriptors*sectorSize, sectorSize)
	if d == nil || d[0] != 1 || string(d[1:6]) != "CD001" {
		return nil, errISO
	}
	i := &iso{data: data}
	if name := strings.TrimRight(string(d[40:72]), " "); name != volumeName {
		return nil, fmt.Errorf("the volume is called %q", name)
	}
	if n := int64(binary.LittleEndian.Uint32(d[80:])) * sectorSize; n > int64(len(data)) || n == 0 {
		return nil, fmt.Errorf("the volume has %d bytes, the image %d", n, len(data))
	}
	i.root = fileOf(d[rootRecordAt:])
	return i, nil
}

// slice is n bytes at off, nil if they are not there.
func slice(data []byte, off, n int64) []byte {
	if off < 0 || n < 0 || off > int64(len(data)) || n > int64(len(data))-off {
		return nil
	}
	return data[off : off+n]
}

func fileOf(record []byte) isoFile {
	return isoFile{
		binary.LittleEndian.Uint32(record[recordExtent:]),
		binary.LittleEndian.Uint32(record[recordSize:]),
		record[recordFlags]&flagFolder != 0,
	}
}

// contents returns the bytes of a file, or nil if they lie outside the image.
func (i *iso) contents(f isoFile) []byte {
	return slice(i.data, int64(f.sector)*sectorSize, int64(f.size))
}

// find walks down a path.
func (i *iso) find(path string) (isoFile, error) {
	at := i.root
	for _, name := range strings.Split(strings.Trim(path, "/"), "/") {
		next, ok := i.lookup(at, name)
		if !at.folder || !ok {
			return at, fmt.Errorf("%s is not there", path)
		}
		at = next
	}
	return at, nil
}

// lookup finds a name in a folder. Records do not cross sectors: a length of 0 means that the
// next one is in the next sector.
func (i *iso) lookup(folder isoFile, name string) (isoFile, bool) {
	data := i.contents(folder)
	for at := 0; at < len(data); {
		n := int(data[at])
		if n == 0 {
			at = (at/sectorSize + 1) * sectorSize
			continue
		}
		if n <= recordName || at+n > len(data) || recordName+1+int(data[at+recordName]) > n {
			return isoFile{}, false
		}
		record := data[at : at+n]
		if rockRidgeName(record) == name {
			return fileOf(record), true
		}
		at += n
	}
	return isoFile{}, false
}

// rockRidgeName is the name in the NM entries of a record's system use area.
func rockRidgeName(record []byte) string {
	n := int(record[recordName])
	use := recordName + 1 + n + (1 - n&1)
	var name bytes.Buffer
	for use+5 <= len(record) {
		size := int(record[use+2])
		if size < 4 || use+size > len(record) {
			break
		}
		if string(record[use:use+2]) == "NM" && size > 5 {
			name.Write(record[use+5 : use+size])
		}
		use += size
	}
	return name.String()
}

package main

import (
	"cmp"
	"debug/elf"
	"debug/gosym"
	"fmt"
	"path/filepath"
	"slices"
	"sort"
)

// program is a linked executable: its functions and its bytes.
type program struct {
	name      string     // of the file, without its folder
	functions []function // by address, not overlapping
	segments  []loaded
	file      *elf.File
	lines     *gosym.Table
}

type function struct {
	name       string
	start, end uint64
}

type loaded struct {
	addr uint64
	data []byte
}

func load(name string) (*program, error) {
	f, err := elf.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if f.Machine != elf.EM_X86_64 {
		return nil, fmt.Errorf("%s: not an x86-64 executable", name)
	}
	p := &program{name: filepath.Base(name), file: f}
	for _, s := range f.Progs {
		if s.Type != elf.PT_LOAD || s.Filesz == 0 {
			continue
		}
		data := make([]byte, s.Filesz)
		if _, err := s.ReadAt(data, 0); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		p.segments = append(p.segments, loaded{s.Vaddr, data})
	}
	symbols, err := f.Symbols()
	if err != nil {
		return nil, fmt.Errorf("%s: %w (was it stripped?)", name, err)
	}
	for _, s := range symbols {
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC && s.Size > 0 {
			p.functions = append(p.functions, function{s.Name, s.Value, s.Value + s.Size})
		}
	}
	// Two names for one address are one function; the first in name order counts.
	slices.SortFunc(p.functions, func(a, b function) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.name, b.name))
	})
	p.functions = slices.CompactFunc(p.functions, func(a, b function) bool { return a.start == b.start })
	if table := f.Section(".gopclntab"); table != nil {
		if text := f.Section(".text"); text != nil {
			if data, err := table.Data(); err == nil {
				p.lines, _ = gosym.NewTable(nil, gosym.NewLineTable(data, text.Addr))
			}
		}
	}
	return p, nil
}

// at finds the function that an address belongs to, −1 if none.
func (p *program) at(addr uint64) int {
	i := sort.Search(len(p.functions), func(i int) bool { return p.functions[i].start > addr }) - 1
	if i < 0 || addr >= p.functions[i].end {
		return -1
	}
	return i
}

// code returns n bytes at an address, or fewer at the end of a segment.
func (p *program) code(addr, n uint64) []byte {
	for _, s := range p.segments {
		if addr >= s.addr && addr-s.addr < uint64(len(s.data)) {
			rest := s.data[addr-s.addr:]
			return rest[:min(n, uint64(len(rest)))]
		}
	}
	return nil
}

// line names the source line of an instruction, or "".
func (p *program) line(addr uint64) string {
	if p.lines == nil {
		return ""
	}
	file, line, fn := p.lines.PCToLine(addr)
	if fn == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", file, line)
}

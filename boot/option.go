package boot

import "unsafe"

// Option looks name up in the command line: words separated by white space, either "name"
// or "name=value"; a value, or all of a word, may stand in double quotes to hold blanks. It
// reports whether the option is there; if it is there more than once, the last counts. The
// value is the text after "=", without quotes, and part of the static record: it needs no
// memory. Bare.
func Option(name string) (value string, ok bool) { return Boot.Option(name) }

// Option is the function of that name for the command line of b.
func (b *Info) Option(name string) (value string, ok bool) {
	line := b.commandLine[:b.nCommandLine]
	for i := 0; i < len(line); {
		if blank(line[i]) {
			i++
			continue
		}
		start, equals, quoted := i, -1, false
		for i < len(line) && (quoted || !blank(line[i])) {
			switch {
			case line[i] == '"':
				quoted = !quoted
			case line[i] == '=' && equals < 0:
				equals = i
			}
			i++
		}
		end := i
		if line[start] == '"' { // the whole word is quoted
			start++
			if end > start && line[end-1] == '"' {
				end--
			}
		}
		nameEnd, from := end, end
		if equals >= start {
			nameEnd, from = equals, equals+1
		}
		if !same(line[start:nameEnd], name) {
			continue
		}
		if n := end - from; n > 0 && line[from] == '"' {
			from++
			if n > 1 && line[end-1] == '"' {
				end--
			}
		}
		value, ok = text(line[from:end]), true
	}
	return value, ok
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func same(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		if b[i] != s[i] {
			return false
		}
	}
	return true
}

// text is b as a string without a copy; b never changes again.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

package sys

import "unsafe"

// Bytes views a string's bytes, which must not be written; Text views bytes as a string,
// valid while they stay unchanged. Neither copies.
func Bytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
func Text(b []byte) string  { return unsafe.String(unsafe.SliceData(b), len(b)) }

// ParseInt reads a decimal number with an optional sign; ok only if all of s is one.
func ParseInt(s string) (n int, ok bool) {
	neg := false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		neg, s = s[0] == '-', s[1:]
	}
	if len(s) == 0 || len(s) > 18 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	if neg {
		n = -n
	}
	return n, true
}

// Index returns where sub first stands in s, or -1.
func Index(s, sub string) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if s[i:i+len(sub)] == sub {
			return i
		}
	}
	return -1
}

// HasPrefix reports whether s begins with p.
func HasPrefix(s, p string) bool { return len(s) >= len(p) && s[:len(p)] == p }

// Base is the last element of a path.
func Base(s string) string {
	for len(s) > 1 && s[len(s)-1] == '/' {
		s = s[:len(s)-1]
	}
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '/' && i+1 < len(s) {
			return s[i+1:]
		}
	}
	return s
}

// Field returns the first word of s (spaces, tabs and newlines separate) and what follows.
func Field(s string) (word, rest string) {
	i := 0
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	j := i
	for j < len(s) && !isSpace(s[j]) {
		j++
	}
	return s[i:j], s[j:]
}

// Line returns the first line of s without its newline, and what follows.
func Line(s string) (line, rest string) {
	for i := range len(s) {
		if s[i] == '\n' {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// Match reports whether s matches a filter: alternatives separated by |, each a piece of
// text that must occur in s. In a piece * stands for any text and . for any one character,
// ^ and $ at its ends tie it to the ends of s; .* is *. The empty filter matches all.
func Match(filter, s string) bool {
	for {
		i := 0
		for i < len(filter) && filter[i] != '|' {
			i++
		}
		if matchOne(filter[:i], s) {
			return true
		}
		if i == len(filter) {
			return false
		}
		filter = filter[i+1:]
	}
}

func matchOne(p, s string) bool {
	if HasPrefix(p, "^") {
		return matchHere(p[1:], s)
	}
	for {
		if matchHere(p, s) {
			return true
		}
		if s == "" {
			return false
		}
		s = s[1:]
	}
}

func matchHere(p, s string) bool {
	for {
		switch {
		case p == "":
			return true
		case p == "$":
			return s == ""
		case HasPrefix(p, ".*"), p[0] == '*':
			p = p[1:]
			if p != "" && p[0] == '*' {
				p = p[1:]
			}
			for !matchHere(p, s) {
				if s == "" {
					return false
				}
				s = s[1:]
			}
			return true
		case s == "" || p[0] != '.' && p[0] != s[0]:
			return false
		}
		p, s = p[1:], s[1:]
	}
}

// A Path builds a file name in place.
type Path struct {
	buf [PathMax]byte
	n   int
}

// Reset empties the path.
func (p *Path) Reset() *Path { p.n = 0; return p }

// Add appends s; what does not fit is cut.
func (p *Path) Add(s string) *Path { p.n += copy(p.buf[p.n:], s); return p }

// Int appends a number in decimal.
func (p *Path) Int(n int) *Path {
	var d [20]byte
	return p.Add(Text(Decimal(&d, n)))
}

// Elem appends s as one more path element.
func (p *Path) Elem(s string) *Path {
	if p.n > 0 && p.buf[p.n-1] != '/' {
		p.Add("/")
	}
	return p.Add(s)
}

// String views the path; it is valid until the path changes.
func (p *Path) String() string { return Text(p.buf[:p.n]) }

// Decimal formats n in d and returns the part used.
func Decimal(d *[20]byte, n int) []byte {
	u := uint(n)
	if n < 0 {
		u = -u
	}
	i := len(d)
	for {
		i--
		d[i] = byte('0' + u%10)
		u /= 10
		if u == 0 {
			break
		}
	}
	if n < 0 {
		i--
		d[i] = '-'
	}
	return d[i:]
}

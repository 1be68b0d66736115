package tty

import "syscall"

// edit handles a byte that ends or edits a line in canonical mode. False: it is
// data. mu held.
func (t *TTY) edit(c byte) bool {
	extended := t.lflag(syscall.IEXTEN)
	switch {
	case c == '\n' || t.is(c, syscall.VEOL) || extended && t.is(c, syscall.VEOL2):
		t.end(c, markEnd)
	case t.is(c, syscall.VEOF):
		t.end(c, markEOF)
	case t.erases(c):
		t.eraseCharacter(c)
	case extended && t.is(c, syscall.VWERASE):
		t.eraseWord()
	case t.is(c, syscall.VKILL):
		t.kill(c)
	case extended && t.is(c, syscall.VLNEXT):
		t.literal = true
		if t.lflag(syscall.ECHO) && t.lflag(syscall.ECHOCTL) {
			t.put('^')
			t.put('\b')
		}
	case extended && t.is(c, syscall.VREPRINT):
		t.reprint(c)
	default:
		return false
	}
	return true
}

// end completes the line.
func (t *TTY) end(c byte, m mark) {
	if !t.in.push(c, m) {
		t.bell()
		return
	}
	t.in.line = t.in.tail
	switch {
	case m == markEOF:
	case c == '\n':
		if t.lflag(syscall.ECHO | syscall.ECHONL) {
			t.put('\n')
		}
	case t.lflag(syscall.ECHO):
		t.echo(c)
	}
}

const (
	backspace = '\b'
	del       = 0x7f
)

func (t *TTY) erases(c byte) bool {
	if c == backspace || c == del {
		e := t.termios.Cc[syscall.VERASE]
		return e == backspace || e == del
	}
	return t.is(c, syscall.VERASE)
}

func (t *TTY) eraseCharacter(c byte) {
	if t.in.line == t.in.tail {
		return
	}
	if t.lflag(syscall.ECHO) && !t.lflag(syscall.ECHOE) {
		t.dropCharacter()
		t.echo(c)
		return
	}
	t.rubOut()
}

// eraseWord erases the last word, and what is not a letter, digit or underscore
// behind it.
func (t *TTY) eraseWord() {
	inWord := false
	for t.in.line != t.in.tail {
		if wordByte(t.in.at(t.in.tail - 1)) {
			inWord = true
		} else if inWord {
			return
		}
		t.rubOut()
	}
}

func wordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c >= 0x80
}

// kill erases the line.
func (t *TTY) kill(c byte) {
	const visibly = syscall.ECHOK | syscall.ECHOKE | syscall.ECHOE
	if t.termios.Lflag&visibly == visibly {
		for t.in.line != t.in.tail {
			t.rubOut()
		}
		return
	}
	t.in.tail = t.in.line
	if t.lflag(syscall.ECHO) {
		t.echo(c)
		if t.lflag(syscall.ECHOK) {
			t.put('\n')
		}
	}
}

func (t *TTY) reprint(c byte) {
	if !t.lflag(syscall.ECHO) {
		return
	}
	t.echo(c)
	t.put('\n')
	t.out.lineStart = t.out.column
	for pos := t.in.line; pos != t.in.tail; pos++ {
		t.echo(t.in.at(pos))
	}
}

// dropCharacter takes the last character out of the line and returns its first byte:
// all bytes of a UTF-8 sequence, if the terminal is in that mode.
func (t *TTY) dropCharacter() byte {
	t.in.tail--
	for t.iflag(syscall.IUTF8) && continuation(t.in.at(t.in.tail)) && t.in.tail != t.in.line {
		t.in.tail--
	}
	return t.in.at(t.in.tail)
}

func continuation(c byte) bool { return c&0xc0 == 0x80 }

// rubOut drops the last character and, with echo, wipes it from the screen.
func (t *TTY) rubOut() {
	c := t.dropCharacter()
	if !t.lflag(syscall.ECHO) {
		return
	}
	if c == '\t' {
		for n := t.tabWidth(); n > 0; n-- {
			t.put('\b')
		}
		return
	}
	for n := t.width(c, 0); n > 0; n-- {
		t.put('\b')
		t.put(' ')
		t.put('\b')
	}
}

// width is how many columns the echo of c takes at a column.
func (t *TTY) width(c byte, column int) int {
	switch {
	case c == '\t':
		return 8 - column%8
	case control(c):
		if t.lflag(syscall.ECHOCTL) {
			return 2
		}
		return 0
	case t.iflag(syscall.IUTF8) && continuation(c):
		return 0
	}
	return 1
}

// tabWidth is how many columns a tab at the end of the line takes.
func (t *TTY) tabWidth() int {
	column := t.out.lineStart
	for pos := t.in.line; pos != t.in.tail; pos++ {
		column += t.width(t.in.at(pos), column)
	}
	return t.width('\t', column)
}

func control(c byte) bool { return c < ' ' || c == del }

// echo shows a byte of input.
func (t *TTY) echo(c byte) {
	if control(c) && c != '\t' && t.lflag(syscall.ECHOCTL) {
		t.put('^')
		t.put(c ^ 0x40)
		return
	}
	t.put(c)
}

package keyboard

import "slices"

// Layout is what is printed on the keys.
type Layout struct {
	name  string
	altGr bool // the right Alt key chooses a third character; otherwise it is a second meta
	point rune // of the keypad
	keys  [0x68][levels]rune
}

// Levels of a key's characters.
const (
	plain   = 0
	shifted = 1
	third   = 2 // with AltGr
	levels  = 3
)

// dead marks a character that waits for the next one, to be its accent.
const dead rune = 1 << 30

// Name is what the command line calls the layout.
func (l *Layout) Name() string { return l.name }

// LayoutOf returns the layout of that name, nil if there is none.
func LayoutOf(name string) *Layout {
	i := slices.IndexFunc(layouts, func(l *Layout) bool { return l.name == name })
	if i < 0 {
		return nil
	}
	return layouts[i]
}

var layouts = []*Layout{us(), german()}

// US is the layout that is taken if nobody asks for another.
var US = layouts[0]

// row puts characters on keys that follow each other, from first on.
func (l *Layout) row(first Key, level int, chars string) {
	for _, c := range chars {
		if c != ' ' {
			l.keys[first][level] = c
		}
		first++
	}
}

// common is what all layouts begin with: letters, and what is never moved.
func common(name string) *Layout {
	l := &Layout{name: name, point: '.'}
	l.row(A, plain, "abcdefghijklmnopqrstuvwxyz")
	l.row(A, shifted, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	l.row(Digit1, plain, "1234567890")
	l.keys[Space] = [levels]rune{' ', ' ', ' '}
	return l
}

func us() *Layout {
	l := common("us")
	l.row(Digit1, shifted, "!@#$%^&*()")
	l.row(Minus, plain, `-=[]\\;'`+"`,./")
	l.row(Minus, shifted, `_+{}||:"~<>?`)
	l.row(Less, plain, `\`)
	l.row(Less, shifted, "|")
	return l
}

// german is DIN 2137's T1: with accents on dead keys.
func german() *Layout {
	l := common("de")
	l.altGr, l.point = true, ','
	l.row(A+'y'-'a', plain, "zy")
	l.row(A+'y'-'a', shifted, "ZY")
	l.row(Digit1, shifted, `!"§$%&/()=`)
	l.row(Digit1, third, " ²³   {[]}")
	l.row(Minus, plain, "ß´ü+##öä^,.-")
	l.row(Minus, shifted, "?`Ü*''ÖÄ°;:_")
	l.row(Minus, third, `\  ~`)
	l.keys[Equal][plain] |= dead
	l.keys[Equal][shifted] |= dead
	l.keys[Grave][plain] |= dead
	l.keys[Less] = [levels]rune{'<', '>', '|'}
	l.keys[A+'q'-'a'][third] = '@'
	l.keys[A+'e'-'a'][third] = '€'
	l.keys[A+'m'-'a'][third] = 'µ'
	return l
}

// accents has what a dead key and the letter after it make: the letters, then the results.
var accents = map[rune][2]string{
	'´': {"aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ"},
	'`': {"aeiouAEIOU", "àèìòùÀÈÌÒÙ"},
	'^': {"aeiouAEIOU", "âêîôûÂÊÎÔÛ"},
}

// combine returns what an accent on c is, 0 if there is no such character. A blank gives the
// accent itself.
func combine(accent, c rune) rune {
	if c == ' ' {
		return accent
	}
	a := accents[accent]
	made := []rune(a[1])
	for i, letter := range []rune(a[0]) {
		if letter == c {
			return made[i]
		}
	}
	return 0
}

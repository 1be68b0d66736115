package keyboard

// Key is a key by its place: a usage of the keyboard page (HID Usage Tables 1.4, chapter 10). The
// names are those of the US layout.
type Key uint8

// Keys that this package, or a driver, has to name. Letters from A to Z and digits from 1 to 9 and
// 0 follow each other, and so do F1 to F12 and the keypad's 1 to 9.
const (
	None         Key = 0
	RollOver     Key = 1 // too many keys are held to tell which
	A            Key = 0x04
	Z            Key = 0x1d
	Digit1       Key = 0x1e
	Digit0       Key = 0x27
	Enter        Key = 0x28
	Escape       Key = 0x29
	Backspace    Key = 0x2a
	Tab          Key = 0x2b
	Space        Key = 0x2c
	Minus        Key = 0x2d
	Equal        Key = 0x2e
	LeftBracket  Key = 0x2f
	RightBracket Key = 0x30
	Backslash    Key = 0x31
	Hash         Key = 0x32 // beside Enter on ISO keyboards: the place of Backslash
	Semicolon    Key = 0x33
	Quote        Key = 0x34
	Grave        Key = 0x35
	Comma        Key = 0x36
	Dot          Key = 0x37
	Slash        Key = 0x38
	CapsLock     Key = 0x39
	F1           Key = 0x3a
	F12          Key = 0x45
	Print        Key = 0x46
	Scroll       Key = 0x47
	Pause        Key = 0x48
	Insert       Key = 0x49
	Home         Key = 0x4a
	PageUp       Key = 0x4b
	Delete       Key = 0x4c
	End          Key = 0x4d
	PageDown     Key = 0x4e
	Right        Key = 0x4f
	Left         Key = 0x50
	Down         Key = 0x51
	Up           Key = 0x52
	NumLock      Key = 0x53
	PadSlash     Key = 0x54
	PadStar      Key = 0x55
	PadMinus     Key = 0x56
	PadPlus      Key = 0x57
	PadEnter     Key = 0x58
	Pad1         Key = 0x59
	Pad9         Key = 0x61
	Pad0         Key = 0x62
	PadDot       Key = 0x63
	Less         Key = 0x64 // between left Shift and Z on ISO keyboards
	Menu         Key = 0x65
	PadEqual     Key = 0x67
	LeftCtrl     Key = 0xe0
	LeftShift    Key = 0xe1
	LeftAlt      Key = 0xe2
	LeftGUI      Key = 0xe3
	RightCtrl    Key = 0xe4
	RightShift   Key = 0xe5
	RightAlt     Key = 0xe6
	RightGUI     Key = 0xe7
)

// isModifier reports whether k is one of the eight keys that only change what others do.
func (k Key) isModifier() bool { return k >= LeftCtrl && k <= RightGUI }

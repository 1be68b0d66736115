package goos

import (
	"sync/atomic"
	"unsafe"

	"gossamer/arch/amd64"
	"gossamer/boot"
	"gossamer/kernel/dev/screen"
	"gossamer/kernel/dev/screen/vt"
	"gossamer/kernel/frame"
)

// The screen: a framebuffer that the boot loader has set up, a terminal on it, and what has been
// painted of that. The log goes there from openScreen on and is painted at once, until kernel Go
// paints (PaintScreen), away from whoever writes.
var (
	screenLock spinLock // guards terminal, display; taken under log or alone
	terminal   vt.Terminal
	display    screen.Screen
	painted    uint32 // kernel Go paints
	reported   bool   // a report stands on the screen, which is to stay

	video     frame.Addr // of the framebuffer
	videoSize uint64     // 0: there is no screen
)

// ScreenLine is the line that a wait for interrupts (WaitIRQ) reports when the screen has something to be painted.
const ScreenLine = alarmLine - 1

// paintEach is how many cells are painted with interrupts off.
const paintEach = 64

// openScreen makes the loader's framebuffer the screen. It is not painted before showScreen, but for
// a report of the machine's end.
func openScreen() {
	f := &boot.Boot.Framebuffer
	format := screen.Format{
		Pitch: int(f.Pitch), Width: int(f.Width), Height: int(f.Height), BitsPerPixel: int(f.BitsPerPixel),
		Red: screen.Channel(f.Red), Green: screen.Channel(f.Green), Blue: screen.Channel(f.Blue),
	}
	if f.Addr == 0 || !display.Init(&format) || !terminal.Init(display.Size()) {
		return
	}
	video = f.Addr
	if size := uint64(format.Size()); boot.InReach(video, size) {
		videoSize = size // the boot page tables have it
	}
}

// showScreen maps video memory in the kernel's own page tables and begins to show the log.
func showScreen() {
	cols, _ := terminal.Size()
	if videoSize = 0; cols == 0 {
		return
	}
	f := &boot.Boot.Framebuffer
	size := uint64(f.Pitch) * uint64(f.Height)
	if !amd64.MapVideo(frame.Range{Start: video, End: video + frame.Addr(size)}) {
		return
	}
	videoSize = size
	display.Clear(videoMemory())
}

// videoMemory is the framebuffer.
func videoMemory() []byte { return unsafe.Slice((*byte)(unsafe.Pointer(video.Ptr())), videoSize) }

// screenLog shows part of the log. It reports whether kernel Go must be told to paint it.
func screenLog(c *amd64.CPU, p []byte) (wake bool) {
	if videoSize == 0 || !logOnScreen {
		return false
	}
	screenLock.lock(c)
	terminal.Print(p)
	wake = painted != 0
	if !wake {
		paintAll()
	}
	screenLock.unlock()
	return wake
}

// screenString shows a message of this package's, unless somebody else is at the screen, who may be
// a CPU that has been stopped. When the machine stops it is painted at once.
func screenString(s string) {
	if videoSize == 0 || !logOnScreen || reported || !atomic.CompareAndSwapUint32(&screenLock.word, 0, 1) {
		return
	}
	terminal.Print(unsafe.Slice(unsafe.StringData(s), len(s)))
	if painted == 0 || atomic.LoadUint32(&dying) != 0 {
		paintAll()
	}
	screenLock.unlock()
}

// paintAll brings the screen up to date. screenLock is held.
func paintAll() {
	for display.Paint(videoMemory(), &terminal, vt.MaxRows*vt.MaxCols) {
	}
}

// wakePainter raises ScreenLine.
func wakePainter(c *amd64.CPU) {
	sched.lock(c)
	pendingIRQ |= 1 << ScreenLine
	wakeIRQ(c)
	sched.unlock()
}

// finishScreen paints what is not painted yet, before the machine stops. The other CPUs have been
// stopped: if one of them has the lock it will not let go of it, and the screen stays as it is.
func finishScreen() {
	if videoSize != 0 && !reported && atomic.CompareAndSwapUint32(&screenLock.word, 0, 1) {
		paintAll()
		screenLock.unlock()
	}
}

// reportDeath shows why the machine stops: what the log says since the last line that began with
// one of deathWords. It takes no lock, and needs nothing that could be out of order. Once: if the
// screen is what the kernel ends by, the report of that is for the log only.
func reportDeath() {
	if videoSize != 0 {
		reported = true
		mem := videoMemory()
		videoSize = 0
		display.Report(mem, "Gossamer has come to an end by a kernel panic. The machine is halted.", lastWords[:min(nlastWords, len(lastWords))])
	}
}

// ScreenSize returns the size of the screen in characters and in pixels; zeros: there is none.
func ScreenSize() (cols, rows, width, height int) {
	if videoSize == 0 {
		return 0, 0, 0, 0
	}
	cols, rows = display.Size()
	width, height = display.Pixels()
	return cols, rows, width, height
}

// WriteScreen writes p, which must not be on a goroutine's stack and must have been written to, to
// the terminal on the screen. PaintScreen shows it.
func WriteScreen(p []byte) {
	if len(p) > 0 {
		amd64.Bare(writeScreen, uint64(uintptr(unsafe.Pointer(unsafe.SliceData(p)))), uint64(len(p)))
	}
}

func writeScreen(c *amd64.CPU, p, n uint64) uint64 {
	if videoSize == 0 {
		return 0
	}
	screenLock.lock(c)
	terminal.Write(unsafe.Slice((*byte)(unsafe.Pointer(uintptr(p))), n))
	screenLock.unlock()
	return 0
}

// ReadScreen moves the terminal's answers to questions that programs have written to p, which must
// not be on a goroutine's stack, and returns how much that is.
func ReadScreen(p []byte) int {
	if len(p) == 0 {
		return 0
	}
	clear(p) // and see to it that the memory is there
	return int(amd64.Bare(readScreen, uint64(uintptr(unsafe.Pointer(unsafe.SliceData(p)))), uint64(len(p))))
}

func readScreen(c *amd64.CPU, p, n uint64) uint64 {
	screenLock.lock(c)
	k := terminal.TakeReply(unsafe.Slice((*byte)(unsafe.Pointer(uintptr(p))), n))
	screenLock.unlock()
	return uint64(k)
}

// PaintScreen paints a part of what has changed, and reports whether there is more to do. From the
// first call on it is the caller's to do so: whenever WaitIRQ reports ScreenLine, and after WriteScreen.
func PaintScreen() (more bool) { return amd64.Bare(paintScreen, 0, 0) != 0 }

func paintScreen(c *amd64.CPU, _, _ uint64) (more uint64) {
	if videoSize == 0 {
		return 0
	}
	screenLock.lock(c)
	painted = 1
	if display.Paint(videoMemory(), &terminal, paintEach) {
		more = 1
	}
	screenLock.unlock()
	return more
}

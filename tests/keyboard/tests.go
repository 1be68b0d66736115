package main

// test is a machine, and what to do on it.
type test struct {
	name    string
	machine string   // "" = q35
	options string   // the kernel's
	devices []string // further arguments for QEMU
	steps   []step
}

// prompt is what the shell asks with.
const prompt = `/ \$ `

// shell is what every keyboard must do: letters, digits, signs, shift, caps lock, backspace, control
// and keys that send sequences, which the terminal echoes as ^[.
var shell = []step{
	see(prompt),
	write("echo a1B2 '|_{~' end\n"), see(`\na1B2 \|_\{~ end\r?\n`), see(prompt),
	write("echo "), press("caps_lock"), write("caps"), press("caps_lock"), write("low"), echo("x", "backspace", "ret"), see(`\nCAPSlow\r?\n`), see(prompt),
	write("echo "), echo("up", "f5", "f12", "delete", "ret"), see(`\^\[\[A\^\[\[\[E\^\[\[24~\^\[\[3~`), see(prompt),
	write("echo "), echo("kp_1", "kp_add", "kp_enter"), see(`\n1\+\r?\n`), see(prompt),
	write("sleep 100\n"), echo("ctrl-c"), see(`\^C`), see(prompt),
	write("cat /proc/hardware\n"), see(`keyboards: +1\r?\n`), see(prompt),
}

func typing(more ...step) []step { return append(shell[:len(shell):len(shell)], more...) }

// off is how a test ends: the guest switches itself off.
var off = []step{write("poweroff\n"), ends}

var xhci = []string{"-device", "qemu-xhci,id=x", "-device", "usb-kbd,id=k,bus=x.0"}

var tests = []test{
	{name: "ps2/q35", steps: typing(off...)},
	{name: "ps2/pc-raw", machine: "pc", options: "i8042=raw", steps: typing(
		write("cat /proc/hardware\n"), see(`scan-code set 2\r?\n`), see(prompt), write("poweroff\n"), ends)},
	{name: "ps2/german", options: "keymap=de", steps: []step{see(prompt),
		echo("e", "c", "h", "o", "spc", "z", "y", "semicolon", "minus", "shift-7", "alt_r-q", "alt_r-e"), press("grave_accent"), echo("a", "ret"),
		see(`\nyzöß/@€â\r?\n`), write("poweroff\n"), ends}},
	{name: "ps2/reboot", steps: []step{see(prompt), press("ctrl-alt-delete"), ends}},
	{name: "ps2/absent", machine: "q35,i8042=off", steps: []step{see(prompt), unseen("panic")}},
}

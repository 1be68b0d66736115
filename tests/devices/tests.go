package main

import "regexp"

// test is a machine, and what to do on it.
type test struct {
	name     string
	machine  string   // "" = q35
	options  string   // the kernel's
	repeats  bool     // held keys are repeated
	devices  []string // further arguments for QEMU
	firmware string   // bios or uefi: from a stick on USB, by that; "": QEMU loads the kernel
	lineIn   bool     // the serial port has an input
	steps    []step
}

// prompt is what the shell asks with.
const prompt = "/ $ "

var seePrompt = see(regexp.QuoteMeta(prompt))

// shell is what every keyboard must do: letters, digits, signs, shift, caps lock, backspace, control
// and keys that send sequences, which the terminal echoes as ^[.
var shell = []step{
	ready(1),
	write("echo a1B2 '|_{~' end\n"), see(`\na1B2 \|_\{~ end\r?\n`), seePrompt,
	write("echo "), press("caps_lock"), write("caps"), press("caps_lock"), write("low"), echo("x", "backspace", "ret"), see(`\nCAPSlow\r?\n`), seePrompt,
	write("echo "), echo("up", "f5", "f12", "delete", "ret"), see(`\^\[\[A\^\[\[\[E\^\[\[24~\^\[\[3~`), seePrompt,
	write("echo "), press("num_lock"), echo("kp_1", "kp_add", "kp_enter"), see(`\n1\+\r?\n`), seePrompt,
	write("sleep 100\n"), echo("ctrl-c"), see(`\^C`), seePrompt,
	write("cat /proc/hardware\n"), see(`keyboards: +1\r?\n`), seePrompt,
}

func typing(more ...step) []step { return append(shell[:len(shell):len(shell)], more...) }

// off is how a test ends: the guest switches itself off.
var off = []step{write("poweroff\n"), ends}

// usb is a machine without PS/2, but with a USB controller and a keyboard.
const usb = "q35,i8042=off"

func xhci(kind string, more ...string) []string {
	return append([]string{"-device", kind + ",id=x", "-device", "usb-kbd,id=k,bus=x.0"}, more...)
}

// stops is a machine that is told to stop, by the serial line, in the way that options choose.
func stops(name, machine, options, command, last string) test {
	return test{name: name, machine: machine, options: options, lineIn: true, steps: []step{
		seePrompt, send(command + "\n"), ends, lastTry(last)}}
}

var tests = []test{
	{name: "ps2/q35", steps: typing(off...)},
	{name: "ps2/pc-raw", machine: "pc", options: "i8042=raw", steps: typing(
		write("cat /proc/hardware\n"), see(`scan-code set 2\r?\n`), seePrompt, write("poweroff\n"), ends)},
	{name: "ps2/german", options: "keymap=de", steps: []step{ready(1),
		echo("e", "c", "h", "o", "spc", "z", "y", "semicolon", "minus", "shift-7", "alt_r-q", "alt_r-e"), press("grave_accent"), echo("a", "ret"),
		see(`\nyzöß/@€â\r?\n`), write("poweroff\n"), ends}},
	{name: "ps2/reboot", steps: []step{ready(1), press("ctrl-alt-delete"), ends}},
	{name: "ps2/absent", machine: "q35,i8042=off", steps: []step{seePrompt, unseen("panic")}},

	{name: "usb/q35", machine: usb, devices: xhci("qemu-xhci"), steps: typing(
		write("cat /proc/hardware\n"), see(`interrupts: MSI-X`), see(`high speed: keyboard`), seePrompt, write("poweroff\n"), ends)},
	{name: "usb/msi", machine: usb, devices: xhci("nec-usb-xhci,msi=on,msix=off"), steps: typing(
		write("cat /proc/hardware\n"), see(`interrupts: MSI\r?\n`), seePrompt, write("poweroff\n"), ends)},
	{name: "usb/polled", machine: usb, devices: xhci("nec-usb-xhci,msi=off,msix=off"), steps: typing(
		write("cat /proc/hardware\n"), see(`interrupts: none`), seePrompt, write("poweroff\n"), ends)},
	{name: "usb/pc-fullspeed", machine: "pc,i8042=off", options: "pci=ports", devices: []string{"-device", "qemu-xhci,id=x", "-device", "usb-kbd,bus=x.0,usb_version=1"}, steps: typing(
		write("cat /proc/hardware\n"), see(`by ports`), see(`full speed: keyboard`), seePrompt, write("poweroff\n"), ends)},
	// The emulator does not repeat keys; the driver does.
	{name: "usb/repeat", machine: usb, repeats: true, devices: xhci("qemu-xhci"), steps: []step{ready(1), monitor("sendkey a 2000"), see(`a{5}`), press("ctrl-alt-delete"), ends}},
	{name: "usb/plugging", machine: usb, devices: xhci("qemu-xhci", "-device", "usb-mouse,bus=x.0", "-device", "usb-kbd,id=k2,bus=x.0"), steps: []step{
		ready(2), write("cat /proc/hardware\n"), see(`keyboards: +2\r?\n`), see(`high speed: not a keyboard`), seePrompt,
		monitor("device_del k2"), see(`0627:0001 unplugged`), write("echo still\n"), see(`\nstill\r?\n`), seePrompt,
		monitor("device_del k"), see(`0627:0001 unplugged`), monitor("device_add usb-kbd,id=k3,bus=x.0"), see(`: keyboard`), write("echo again\n"), see(`\nagain\r?\n`), seePrompt,
		write("cat /proc/hardware\n"), see(`keyboards: +1\r?\n`), see(`0627:0001 unplugged`), seePrompt, write("poweroff\n"), ends}},

	{name: "usb/hub", machine: usb, devices: []string{"-device", "qemu-xhci,id=x", "-device", "usb-hub,id=h,bus=x.0,port=1",
		"-device", "usb-hub,id=h2,bus=x.0,port=1.2", "-device", "usb-kbd,id=k,bus=x.0,port=1.2.3"}, steps: typing(
		write("cat /proc/hardware\n"), see(`port 5\.2\.3: 0627:0001 class 00, full speed: keyboard`), seePrompt,
		monitor("device_del k"), see(`port 5\.2\.3: 0627:0001 unplugged`),
		monitor("device_add usb-kbd,id=k2,bus=x.0,port=1.4"), see(`port 5\.4: keyboard`), write("echo moved\n"), see(`\nmoved\r?\n`), seePrompt,
		monitor("device_add usb-kbd,id=k3,bus=x.0,port=2"), see(`port 6: keyboard`), monitor("device_del h"), see(`port 5: [0-9a-f:]+ unplugged`),
		write("cat /proc/hardware\n"), see(`keyboards: +1\r?\n`), seePrompt, write("poweroff\n"), ends)},
	// Firmware has used the controller, and has a keyboard driver of its own.
	{name: "stick/bios", machine: usb, firmware: "bios", steps: typing(off...)},
	{name: "stick/uefi", machine: usb, firmware: "uefi", steps: typing(off...)},
	stops("off/q35", "", "", "poweroff", ""),
	stops("off/pc", "pc", "", "poweroff", ""),
	stops("off/microvm", "microvm", "", "poweroff", ""),
	stops("off/fallback", "", "poweroff=type7", "poweroff", "acpi"), // which means nothing to this chipset
	stops("off/type0", "pc", "poweroff=type0", "poweroff", "type0"),
	stops("off/emulator", "pc", "poweroff=emulator", "poweroff", "emulator"),
	{name: "off/impossible", machine: "microvm,acpi=off", lineIn: true, steps: []step{
		seePrompt, send("poweroff\n"), see("cannot be switched off by software")}},
	stops("reset/q35", "", "", "reboot", ""),
	stops("reset/pc", "pc", "", "reboot", ""),
	stops("reset/microvm", "microvm", "", "reboot", ""),
	stops("reset/acpi", "", "reboot=acpi", "reboot", "acpi"),
	stops("reset/chipset", "", "reboot=chipset", "reboot", "chipset"),
	stops("reset/keyboard", "pc", "reboot=keyboard", "reboot", "keyboard"),
	stops("reset/triple", "", "reboot=triple", "reboot", "triple"),
	stops("reset/noacpi", "microvm,acpi=off", "", "reboot", "triple"), // all that is left
}

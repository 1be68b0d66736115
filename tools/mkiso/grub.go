package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The modules that are built into GRUB. With a folder of modules on the medium instead, GRUB
// would look for each when it comes to it, which takes a firmware long.
const (
	commonModules = "normal multiboot2 gzio part_gpt part_msdos iso9660 fat search search_fs_file boot serial terminal echo test mmap wrmsr"
	biosModules   = "biosdisk vbe keystatus"
	efiModules    = "efi_gop efi_uga"
)

// earlyConfig is built into GRUB: it finds the medium that holds the rest.
func earlyConfig(id string) string {
	return "search --no-floppy --set=root --file /boot/gossamer/" + id + "\n" +
		"set prefix=($root)/boot/grub\n"
}

// menu is grub.cfg. The first entry starts at once; Shift held down (BIOS) shows the menu. If
// the first fails its error stays on screen and serial line, and the second is tried.
func menu(cmdline, mode, script string) (string, error) {
	args, err := words(cmdline)
	if err != nil {
		return "", err
	}
	var quoted strings.Builder
	for _, a := range args {
		quoted.WriteString(" '" + a + "'")
	}
	var b strings.Builder
	b.WriteString("if serial --unit=0 --speed=115200; then\n" +
		"  terminal_input --append serial\n  terminal_output --append serial\nfi\n" +
		"set default=0\nset fallback=1\nset timeout=0\n" +
		"if [ \"$grub_platform\" = pc ]; then\n  if keystatus --shift; then set timeout=60; fi\nfi\n")
	fmt.Fprintf(&b, "if [ \"$grub_platform\" = pc ]; then set modes=%s; else set modes=%s; fi\nexport modes\n", modes(mode, true), modes(mode, false))
	if script != "" {
		b.WriteString(script + "\n")
	}
	for _, entry := range []struct{ title, modes string }{
		{"Gossamer", "$modes"}, {"Gossamer, without a framebuffer", "text"},
	} {
		// multiboot2 sets gfxpayload to what the kernel's header asks for, boot looks at it.
		fmt.Fprintf(&b, "menuentry '%s' {\n  echo 'Gossamer: loading'\n  multiboot2 /boot/gossamer/kernel%s\n"+
			"  module2 /boot/gossamer/initramfs\n  set gfxpayload=%s\n}\n", entry.title, quoted.String(), entry.modes)
	}
	return b.String(), nil
}

// modes is the list of modes for the framebuffer, best first. UEFI firmware knows what the screen
// has. A BIOS may have nothing but modes with a palette, and GRUB 2.06 comes to grief over those
// if it is left to choose: so it is asked for common sizes, and for text if there are none.
func modes(mode string, bios bool) string {
	const common = "1024x768x32,1024x768x24,800x600x32,800x600x24,640x480x32,640x480x24,text"
	switch {
	case mode == "auto" && bios:
		return common
	case mode == "auto" || mode == "text":
		return mode
	case strings.Count(mode, "x") == 2: // with a depth
		return mode + "," + common
	}
	return mode + "x32," + mode + "x24," + common
}

// words splits a command line as the kernel does (boot.Option): at blanks outside of double
// quotes, which are dropped. GRUB puts quotes around each word with a blank in it when it passes
// them on; what it would change beyond that is refused.
func words(line string) (list []string, err error) {
	var word strings.Builder
	inWord, quoted := false, false
	for _, c := range line {
		switch {
		case c == '"':
			quoted, inWord = !quoted, true
		case !quoted && (c == ' ' || c == '\t'):
			if inWord {
				list = append(list, word.String())
				word.Reset()
				inWord = false
			}
		case c == '\\' || c == '\'' || c < ' ' || c == 0x7f:
			return nil, fmt.Errorf("-cmdline: %q cannot be passed on by GRUB", c)
		default:
			word.WriteRune(c)
			inWord = true
		}
	}
	if quoted {
		return nil, fmt.Errorf("-cmdline: a quote is not closed")
	}
	if inWord {
		list = append(list, word.String())
	}
	return list, nil
}

// biosImage makes GRUB for BIOS, to be loaded from a CD or by the MBR.
func (g *grubTools) biosImage(out, config string) error {
	return g.mkimage("i386-pc", "i386-pc-eltorito", out, config, commonModules+" "+biosModules)
}

// efiProgram makes GRUB for UEFI.
func (g *grubTools) efiProgram(out, config string) error {
	return g.mkimage("x86_64-efi", "x86_64-efi", out, config, commonModules+" "+efiModules)
}

func (g *grubTools) mkimage(platform, format, out, config, modules string) error {
	args := []string{"-d", filepath.Join(g.folder, platform), "-O", format, "-p", "/boot/grub", "-c", config, "-o", out}
	return command(nil, "grub-mkimage", append(args, strings.Fields(modules)...)...)
}

// command runs a tool, with more in its environment; what it prints is shown only if it fails.
func command(env []string, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Env = append(append(os.Environ(), "LC_ALL=C", "TZ=UTC"), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %v\n%s", name, err, strings.TrimSpace(string(out)))
	}
	return nil
}

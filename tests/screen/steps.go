package main

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"regexp"
	"strings"
)

// step is something to do to a guest, or to wait for.
type step func(g *guest) error

// shows waits until the screen shows what the expression matches.
func shows(expression string) step {
	re := regexp.MustCompile(expression)
	return func(g *guest) error {
		return g.waitFor(fmt.Sprintf("%q on the screen", expression), func() (bool, error) {
			text, err := g.text()
			return re.MatchString(text), err
		})
	}
}

// tells has what the expression's group matches on the screen printed with the result.
func tells(expression string) step {
	re := regexp.MustCompile(expression)
	return func(g *guest) error {
		m := re.FindStringSubmatch(strings.Join(g.lines, "\n"))
		if m == nil {
			return fmt.Errorf("the screen does not show %q", expression)
		}
		g.note = ": " + m[1]
		return nil
	}
}

// lacks fails if the screen, as it was last looked at, shows what the expression matches.
func lacks(expression string) step {
	re := regexp.MustCompile(expression)
	return func(g *guest) error {
		if m := re.FindString(strings.Join(g.lines, "\n")); m != "" {
			return fmt.Errorf("the screen shows %q", m)
		}
		return nil
	}
}

// says waits until the serial line has said what the expression matches.
func says(expression string) step {
	re := regexp.MustCompile(expression)
	return func(g *guest) error {
		return g.waitFor(fmt.Sprintf("%q on the serial line", expression), func() (bool, error) {
			text, _ := os.ReadFile(g.serial)
			return re.Match(text), nil
		})
	}
}

// silent fails if the serial line has said what the expression matches.
func silent(expression string) step {
	re := regexp.MustCompile(expression)
	return func(g *guest) error {
		text, _ := os.ReadFile(g.serial)
		if m := re.Find(text); m != nil {
			return fmt.Errorf("the serial line said %q", m)
		}
		return nil
	}
}

// send types on the serial line.
func send(text string) step {
	return func(g *guest) error {
		_, err := g.keys.WriteString(text)
		return err
	}
}

// press types on the keyboard: letters, digits, blanks, slashes and line ends.
func press(text string) step {
	names := map[rune]string{' ': "spc", '\n': "ret", '/': "slash", '-': "minus"}
	return func(g *guest) error {
		for _, c := range text {
			name, ok := names[c]
			if !ok {
				name = string(c)
			}
			// Each key when the last has been echoed: the emulated keyboard has a small memory.
			before, err := g.text()
			if err != nil {
				return err
			}
			if said, err := g.monitor.Command("sendkey " + name + " 10"); err != nil || said != "" {
				return fmt.Errorf("sendkey %s: %s %v", name, said, err)
			}
			if c == ' ' {
				continue // moves the cursor only
			}
			if err := g.waitFor(fmt.Sprintf("an echo of %q", c), func() (bool, error) {
				now, err := g.text()
				return now != before, err
			}); err != nil {
				return err
			}
		}
		return nil
	}
}

// monitor gives QEMU a command.
func monitor(command string) step {
	return func(g *guest) error {
		if said, err := g.monitor.Command(command); err != nil || said != "" {
			return fmt.Errorf("%s: %s %v", command, said, err)
		}
		return nil
	}
}

// fills waits until something stands in so many rows of the screen.
func fills(rows int) step {
	return func(g *guest) error {
		return g.waitFor(fmt.Sprintf("%d rows", rows), func() (bool, error) {
			_, err := g.text()
			n := 0
			for _, l := range g.lines {
				if l != "" {
					n++
				}
			}
			return n >= rows, err
		})
	}
}

// size fails if the last picture has another size.
func size(width, height int) step {
	return func(g *guest) error {
		if got := g.picture.Bounds(); got != image.Rect(0, 0, width, height) {
			return fmt.Errorf("the picture is %v", got)
		}
		return nil
	}
}

// coloured fails unless the character at the end of what the expression matches, on the screen as
// it was last looked at, has pixels of the colour, and the one before has none.
func coloured(expression string, c color.RGBA) step {
	re := regexp.MustCompile(expression)
	return func(g *guest) error {
		for row, line := range g.lines {
			at := re.FindStringIndex(line)
			if at == nil {
				continue
			}
			col := len([]rune(line[:at[1]])) - 1
			if n := pixels(g.picture, col, row, c); n == 0 {
				return fmt.Errorf("%q has none of the colour %v", line[at[0]:at[1]], c)
			}
			if n := pixels(g.picture, col-1, row, c); n != 0 {
				return fmt.Errorf("what is before the end of %q has the colour %v, too", line[at[0]:at[1]], c)
			}
			return nil
		}
		return fmt.Errorf("%q is not on the screen", expression)
	}
}

// pixels counts those of a colour in a character of 8 × 16.
func pixels(img image.Image, col, row int, c color.RGBA) (n int) {
	for y := range 16 {
		for x := range 8 {
			if img.At(8*col+x, 16*row+y) == c {
				n++
			}
		}
	}
	return n
}

// same waits until the rows at the end of the screen are what the serial line said last, n lines.
func same(n int) step {
	return func(g *guest) error {
		return g.waitFor(fmt.Sprintf("the serial line's last %d lines on the screen", n), func() (bool, error) {
			text, err := g.text()
			said, _ := os.ReadFile(g.serial)
			want := lastLines(string(said), n)
			return want != "" && want == lastLines(text, n), err
		})
	}
}

// lastLines returns the last lines of a text, without blanks at their ends; "" if there are fewer.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r", ""), "\n")
	if len(lines) < n {
		return ""
	}
	lines = lines[len(lines)-n:]
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

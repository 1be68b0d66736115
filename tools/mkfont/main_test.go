package main

import (
	"os"
	"strings"
	"testing"
)

// The table in the tree is what the text says.
func TestTableIsCurrent(t *testing.T) {
	text, err := os.ReadFile("../../kernel/dev/screen/font/font.txt")
	if err != nil {
		t.Fatal(err)
	}
	glyphs, err := parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../../kernel/dev/screen/font/table.go")
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != string(table(glyphs)) {
		t.Error("table.go is not what font.txt makes: go generate ./kernel/dev/screen/font")
	}
}

func block(codes string, rows int, row string) string {
	return codes + "\n" + strings.Repeat(row+"\n", rows)
}

func TestParse(t *testing.T) {
	glyphs, err := parse("; a comment\n\n" + block("0042 0041", 16, "#......# .#......"))
	if err != nil || len(glyphs) != 2 || glyphs[0].code != 0x41 || glyphs[0].rows[15] != 0x40 || glyphs[1].rows[0] != 0x81 {
		t.Errorf("%+v, %v", glyphs, err)
	}
	for _, c := range []struct{ text, says string }{
		{block("0041", 15, "........"), "have 15 rows"},
		{block("0041", 15, "........") + "\n" + block("0042", 16, "........"), "have 15 rows"},
		{block("0041", 16, "........ ........"), "2 characters"},
		{block("0041", 16, "......."), "8 of"},
		{block("0041", 16, "....x..."), "8 of"},
		{block("zz", 16, "........"), "no code point"},
		{block("12345", 16, "........"), "no code point"},
		{block("0041 0041", 16, "........ ........"), "twice"},
	} {
		if _, err := parse(c.text); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.20q…: %v, want %q", c.text, err, c.says)
		}
	}
}

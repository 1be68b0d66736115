package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	roots := flag.String("roots", "", "entry points: a `FILE` with a list, or one symbol")
	allow := flag.String("allow", "", "`FILE` listing functions whose indirect calls are known to be bare")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: barecheck -roots FILE|SYMBOL [-allow FILE] ELF...")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 || *roots == "" {
		flag.Usage()
		os.Exit(2)
	}
	clean, err := run(os.Stdout, *roots, *allow, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "barecheck:", err)
		os.Exit(2)
	}
	if !clean {
		os.Exit(1)
	}
}

// run checks all files and reports whether they are clean.
func run(out io.Writer, rootsFile, allowFile string, files []string) (clean bool, err error) {
	roots, err := readList(rootsFile, false)
	if errors.Is(err, os.ErrNotExist) && !strings.HasSuffix(rootsFile, ".roots") {
		roots, err = newList([]entry{{pattern: rootsFile}}), nil
	}
	if err != nil {
		return false, err
	}
	allow := newList(nil)
	if allowFile != "" {
		if allow, err = readList(allowFile, true); err != nil {
			return false, err
		}
	}
	clean = true
	for _, name := range files {
		p, err := load(name)
		if err != nil {
			return false, err
		}
		r := check(p, roots, allow)
		for _, v := range r.violations {
			clean = false
			fmt.Fprintf(out, "%s: %s\n", name, v.text(p))
		}
		if len(r.violations) == 0 {
			fmt.Fprintf(out, "%s: bare: %d functions, %d instructions, %d indirect calls allowed\n", name, r.functions, r.instructions, r.allowed)
		}
	}
	for _, e := range roots.unused() {
		clean = false
		fmt.Fprintf(out, "%s: root %s is in none of the files\n", rootsFile, e.pattern)
	}
	for _, e := range allow.unused() {
		clean = false
		fmt.Fprintf(out, "%s: nothing needs the allowance for %s\n", allowFile, e.pattern)
	}
	return clean, nil
}

// list is a roots or allow file.
type list struct{ entries []entry }

type entry struct {
	word    string // "", or the directive before the symbol: argument, end
	pattern string // a symbol, or the start of some and *
	reason  string
	used    bool
}

func newList(entries []entry) *list { return &list{entries} }

func readList(name string, reasons bool) (*list, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	l := &list{}
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		line, _, _ = strings.Cut(line, "#")
		pattern, reason, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(line, "\t", " ")), " ")
		if pattern == "" {
			continue
		}
		word := ""
		if pattern == "argument" && !reasons || pattern == "end" && reasons {
			word = pattern
			pattern, reason, _ = strings.Cut(strings.TrimSpace(reason), " ")
		}
		e := entry{word: word, pattern: pattern, reason: strings.TrimSpace(reason)}
		if reasons == (e.reason == "") {
			if reasons {
				return nil, fmt.Errorf("%s:%d: %s: no reason given", name, number, pattern)
			}
			return nil, fmt.Errorf("%s:%d: more than a symbol", name, number)
		}
		l.entries = append(l.entries, e)
	}
	return l, nil
}

// match finds the entry for a symbol, with that directive before it, and counts
// it as used.
func (l *list) match(word, symbol string) bool {
	symbol = strings.TrimSuffix(symbol, ".abi0")
	found := false
	for i := range l.entries {
		e := &l.entries[i]
		prefix, wild := strings.CutSuffix(e.pattern, "*")
		if word == e.word && (symbol == e.pattern || wild && strings.HasPrefix(symbol, prefix)) {
			e.used, found = true, true
		}
	}
	return found
}

func (l *list) unused() (out []entry) {
	for _, e := range l.entries {
		if !e.used {
			out = append(out, e)
		}
	}
	return out
}

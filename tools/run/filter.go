package main

import (
	"fmt"
	"strings"
)

// mostForms bounds the alternatives that groups are expanded to: more are too long for the kernel's
// command line in any case.
const mostForms = 500

// expand makes a filter, as sys.Match in the guest has it, of a regular expression. Filters have
// no groups, so "^(a|b)/" becomes "^a/|^b/". What else they do not have is refused, for it would
// choose other tests than were meant, and nobody would notice.
func expand(pattern string) (string, error) {
	if i := strings.IndexAny(pattern, `[]{}+?\`); i >= 0 {
		return "", usageError(fmt.Sprintf("%q: there is no %q, only ^ $ . * | and groups", pattern, pattern[i:i+1]))
	}
	if strings.Contains(pattern, ")*") {
		return "", usageError(fmt.Sprintf("%q: groups cannot be repeated", pattern))
	}
	all, _ := alternatives(pattern)
	return strings.Join(all, "|"), nil
}

// alternatives returns what s stands for up to the parenthesis that closes it, or to its end, each
// without groups, and what follows.
func alternatives(s string) (all []string, rest string) {
	these := []string{""} // the present alternative, in all its forms
	add := func(more ...string) {
		var longer []string
		for _, a := range these {
			for _, b := range more {
				if len(longer) <= mostForms {
					longer = append(longer, a+b)
				}
			}
		}
		these = longer
	}
	for s != "" {
		c := s[:1]
		s = s[1:]
		switch c {
		case "(":
			var group []string
			group, s = alternatives(s)
			add(group...)
		case ")":
			return append(all, these...), s
		case "|":
			all, these = append(all, these...), []string{""}
		default:
			add(c)
		}
	}
	return append(all, these...), ""
}

package main

import (
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	for _, test := range []struct{ pattern, want string }{
		{"", ""},
		{"^pipe/", "^pipe/"},
		{"a|b$", "a|b$"},
		{"^(lwp|sa)/", "^lwp/|^sa/"},
		{"^(lwp/(many|park.*)|sa/)|x", "^lwp/many|^lwp/park.*|^sa/|x"},
		{"(a|b)(c|d)", "ac|ad|bc|bd"},
	} {
		if got, err := expand(test.pattern); err != nil || got != test.want {
			t.Errorf("%q: %q, %v; want %q", test.pattern, got, err, test.want)
		}
	}
	if _, err := match(strings.Repeat("(a|b)", 90)); err == nil {
		t.Error("2^90 alternatives are no error")
	}
	for _, pattern := range []string{"lwp/[a-c]", "a+", "a?", `a\.b`, "a{2}", "(a|b)*", "(?:a)"} {
		if got, err := expand(pattern); err == nil {
			t.Errorf("%q: %q, want an error", pattern, got)
		}
	}
}

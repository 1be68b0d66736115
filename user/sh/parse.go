package main

import (
	"gossamer/ulib/out"
	"gossamer/ulib/sys"
)

const (
	maxStages    = 16
	maxRedirects = 8
)

// A redirect points descriptor fd at a file, or at what descriptor dup is.
type redirect struct {
	fd    int
	flags int
	dup   int // -1: open file
	file  int // index in the stage's files
}

// A stage is one command of a pipeline.
type stage struct {
	argv      sys.Vector
	files     sys.Vector
	redirects [maxRedirects]redirect
	nredirect int
}

// The pipeline that is being parsed or run. Words are expanded when it is parsed, which is
// just before it runs.
var (
	stages     [maxStages]stage
	nstages    int
	background bool
	word       [4096]byte
)

// An operator is what ended a pipeline.
type operator int

const (
	opEnd operator = iota
	opSemicolon
	opBackground
	opAnd
	opOr
	opError
)

func runLine(s string) {
	run := true // false while && or || skips
	for {
		op, rest := parsePipeline(s)
		if op == opError {
			lastStatus = 2
			return
		}
		s = rest
		background = op == opBackground
		if run && nstages > 0 {
			runPipeline()
		}
		switch op {
		case opEnd:
			return
		case opAnd:
			run = lastStatus == 0
		case opOr:
			run = lastStatus != 0
		default:
			run = true
		}
		if (op == opAnd || op == opOr) && nstages == 0 {
			syntax("command missing before && or ||")
			return
		}
	}
}

func syntax(what string) operator {
	out.Err.Str("sh: ").Str(what).NL().Flush()
	lastStatus = 2
	return opError
}

func skipBlanks(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t' || s[0] == '\r') {
		s = s[1:]
	}
	return s
}

// parsePipeline reads a pipeline from s into stages and returns what ended it and what is
// left.
func parsePipeline(s string) (op operator, rest string) {
	nstages = 0
	st := &stages[0]
	reset(st)
	for {
		s = skipBlanks(s)
		end := opError
		switch {
		case s == "" || s[0] == '#':
			end, s = opEnd, ""
		case sys.HasPrefix(s, "&&"):
			end, s = opAnd, s[2:]
		case sys.HasPrefix(s, "||"):
			end, s = opOr, s[2:]
		case s[0] == ';' || s[0] == '\n':
			end, s = opSemicolon, s[1:]
		case s[0] == '&':
			end, s = opBackground, s[1:]
		case s[0] == '|':
			if st.argv.Len() == 0 {
				return syntax("command missing before |"), ""
			}
			nstages++
			if nstages == maxStages {
				return syntax("pipeline too long"), ""
			}
			st = &stages[nstages]
			reset(st)
			s = s[1:]
			continue
		case s[0] == '<' || s[0] == '>' || s[0] == '2' && len(s) > 1 && s[1] == '>':
			var ok bool
			if s, ok = parseRedirect(st, s); !ok {
				return opError, ""
			}
			continue
		default:
			n, after, ok := parseWord(s)
			if !ok {
				return opError, ""
			}
			if !st.argv.Add(sys.Text(word[:n])) {
				return syntax("too many words"), ""
			}
			s = after
			continue
		}
		switch {
		case st.argv.Len() > 0:
			nstages++
		case nstages > 0:
			return syntax("command missing after |"), ""
		case st.nredirect > 0:
			return syntax("redirection without a command"), ""
		}
		return end, s
	}
}

func reset(st *stage) {
	st.argv.Reset()
	st.files.Reset()
	st.nredirect = 0
}

// parseRedirect reads <, >, >>, 2>, 2>> with a file, or N>&M.
func parseRedirect(st *stage, s string) (rest string, ok bool) {
	r := redirect{fd: 1, flags: sys.O_WRONLY | sys.O_CREAT | sys.O_TRUNC, dup: -1}
	switch {
	case s[0] == '<':
		r.fd, r.flags = 0, sys.O_RDONLY
	case s[0] == '2':
		r.fd = 2
		s = s[1:]
	}
	s = s[1:]
	if r.fd != 0 && s != "" && s[0] == '>' {
		r.flags = sys.O_WRONLY | sys.O_CREAT | sys.O_APPEND
		s = s[1:]
	}
	if st.nredirect == maxRedirects {
		syntax("too many redirections")
		return "", false
	}
	if len(s) > 1 && s[0] == '&' && s[1] >= '0' && s[1] <= '9' {
		r.dup = int(s[1] - '0')
		s = s[2:]
	} else {
		n, after, ok := parseWord(skipBlanks(s))
		if !ok || n == 0 {
			syntax("file name missing")
			return "", false
		}
		r.file = st.files.Len()
		if !st.files.Add(sys.Text(word[:n])) {
			syntax("file name too long")
			return "", false
		}
		s = after
	}
	st.redirects[st.nredirect] = r
	st.nredirect++
	return s, true
}

// parseWord reads one word into word, with quotes removed and $ replaced.
func parseWord(s string) (n int, rest string, ok bool) {
	quote := byte(0)
	for s != "" {
		c := s[0]
		switch {
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
			s = s[1:]
			continue
		case c == quote:
			quote = 0
			s = s[1:]
			continue
		case quote == '\'':
		case c == '\\' && len(s) > 1:
			s = s[1:]
			c = s[0]
		case c == '$':
			n, s = expand(n, s)
			continue
		case quote == 0 && isSpecial(c):
			return n, s, true
		}
		n += copy(word[n:], s[:1])
		s = s[1:]
	}
	if quote != 0 {
		syntax("quote not closed")
		return 0, "", false
	}
	return n, s, true
}

func isSpecial(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';' || c == '&' || c == '|' || c == '<' || c == '>'
}

func isName(c byte) bool {
	return c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}

// expand appends the value of the variable at the front of s to word.
func expand(n int, s string) (int, string) {
	var d [20]byte
	var value string
	length := 2
	switch {
	case len(s) == 1:
		value, length = "$", 1
	case s[1] == '?':
		value = sys.Text(sys.Decimal(&d, lastStatus))
	case s[1] == '$':
		value = sys.Text(sys.Decimal(&d, sys.Getpid()))
	case s[1] == '#':
		value = sys.Text(sys.Decimal(&d, max(sys.Argc()-firstArg-1, 0)))
	case s[1] >= '0' && s[1] <= '9':
		value = sys.Arg(firstArg + int(s[1]-'0'))
	case isName(s[1]):
		for length < len(s) && isName(s[length]) {
			length++
		}
		value, _ = sys.Getenv(s[1:length])
	default:
		value, length = "$", 1
	}
	n += copy(word[n:], value)
	return n, s[length:]
}

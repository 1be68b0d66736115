package main

import (
	"gossamer/ulib"
	"gossamer/ulib/sys"
)

// Is every request to the web server answered rightly, under each model, by a pool of threads and by
// threads made for each request? Its clients check the answers, and its exit status tells.
func webServer() {
	served(programOutput("/bin/webserver", 0, "webserver", "24", "6"))
	served(programOutput("/bin/webserver", 0, "webserver", "-t", "24", "12"))
	programOutput("/bin/webserver", 2, "webserver", "0")
	programOutput("/bin/webserver", 2, "webserver", "10", "33")
}

// served wants a line of figures for each model in the program's table, which has two lines before.
func served(text string) {
	_, text = sys.Line(text)
	_, text = sys.Line(text)
	for m := ulib.NToOne; m <= ulib.Activations; m++ {
		var line string
		line, text = sys.Line(text)
		name, rest := sys.Field(line)
		check(name == ulib.ModelName(m), "the table has another model's line")
		for range 5 {
			var word string
			word, rest = sys.Field(rest)
			n, isNumber := sys.ParseInt(word)
			check(isNumber && n > 0, "a figure is none")
		}
	}
	check(text == "", "there is more")
}

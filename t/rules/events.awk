# events.awk - the texts of log events in C sources
#
# Give it files; known="name file:name ..." are functions that log the string
# among their arguments (log_event at first).  Prints
#	E<tab>text	a call with its text
#	W<tab>name	a function that passes its caller's text on: one more to
#			know (file:name when it is static)
# Run it until no new W comes.
BEGIN { RS = "\001"; n = split(known, k, " "); for (i = 1; i <= n; i++) logs[k[i]] = 1 }

function pop() {
	if (callee[d] != "" && body && ((callee[d] in logs) ||
	    ((FILENAME ":" callee[d]) in logs)))
		say(texts[d])
	if (what == d) {
		say(texts[d])
		what = 0
	}
	d--
}
function push(name) {
	d++
	callee[d] = name
	texts[d] = ""
}
function say(t) {
	if (t == "") {
		print "W\t" (stat ? FILENAME ":" : "") func_name
		return
	}
	m = split(t, part, "\037")
	for (j = 1; j <= m; j++)
		if (part[j] != "")
			print "E\t" part[j]
}
{
	d = body = what = 0
	word = func_name = last = ""
	s = $0
	while (s != "") {
		if (match(s, /^[ \t\n\\]+/)) {
			s = substr(s, RLENGTH + 1)
			continue
		}
		if (substr(s, 1, 2) == "/*") {
			s = substr(s, 3)
			i = index(s, "*/")
			s = i ? substr(s, i + 2) : ""
			continue
		}
		if (match(s, /^[A-Za-z_][A-Za-z0-9_]*/)) {
			w = substr(s, 1, RLENGTH)
			s = substr(s, RLENGTH + 1)
			if (d == 0 && w == "static")
				is_static = 1
			if (last == "." && w == "what" && match(s, /^ *=[^=]/)) {
				what = d
				texts[d] = ""
			}
			word = last = w
			continue
		}
		if (match(s, /^"([^"\\]|\\.)*"/)) {
			t = substr(s, 2, RLENGTH - 2)
			s = substr(s, RLENGTH + 1)
			texts[d] = texts[d] (last == "\"" ? "" : "\037") t
			last = "\""
			continue
		}
		if (match(s, /^'([^'\\]|\\.)*'/)) {
			s = substr(s, RLENGTH + 1)
			last = "'"
			continue
		}
		c = substr(s, 1, 1)
		s = substr(s, 2)
		if (c == "(") {
			if (d == 0) {
				func_name = word
				stat = is_static
				body = 0
			}
			push(last == word ? word : "")
		} else if (c == "{") {
			if (d == 0)
				body = 1
			push("")
		} else if (c == ")" || c == "}") {
			if (d > 0)
				pop()
			if (d == 0 && c == "}")
				is_static = body = 0
		} else if ((c == "," || c == ";") && what == d && d > 0) {
			say(texts[d])
			what = 0
		} else if (c == ";" && d == 0) {
			is_static = 0
		}
		last = c
	}
}

# shellcheck shell=sh
# A tokenizer of JSON in POSIX awk: any order of fields, any nesting, any white space. What is not JSON to its last
# byte is no answer at all (status 4), so that half an answer never reads as a short one.

# json_lines: of the document on stdin, a line `PATH<tab>VALUE` for each value that is no object or list: members
# by name, elements by number, between dots; an empty list or object as `PATH<tab>`. A tab or a line break inside of a string
# becomes a space.
json_lines() { json lines '' ''; }

# json_rows LIST FIELD...: a line for each element of the list at the path LIST ('' for the document itself), with the
# fields between spaces. A field is a path; what is missing makes the whole answer no answer, but where the field ends
# in `?`, and then it is a dash. `null` is an empty list.
json_rows() {
  local list="$1"
  shift
  json rows "$list" "$*"
}

# json_fields FIELD...: the same of the document itself, in one line.
json_fields() { json fields '' "$*"; }

json() {
  LC_ALL=C awk -v mode="$1" -v list="$2" -v fields="$3" '
    { text = text (NR > 1 ? "\n" : "") $0 }

    function refuse() { refused = 1; exit 4 }

    # What a value is called: the path of what holds it, and its name or number there.
    function path() { return depth == 0 ? "" : (prefix[depth] == "" ? "" : prefix[depth] ".") (kind[depth] == "o" ? name[depth] : number[depth]) }

    function value(v,  p) {
      p = path()
      if (!(p in seen)) { seen[p] = 1; order[++values] = p }
      is[p] = v
      expect = depth == 0 ? "end" : "more"
    }

    function open(k,  p) {
      p = path()
      depth++
      prefix[depth] = p; kind[depth] = k; number[depth] = 0; name[depth] = ""
      expect = k == "o" ? "name or end" : "value or end"
      if (k == "a") length_of[p] = 0
      container[p] = k
    }

    function shut(k,  p, empty) {
      if (depth == 0 || kind[depth] != k) refuse()
      empty = expect == "name or end" || expect == "value or end"
      if (!empty && expect != "more") refuse()
      p = prefix[depth]
      if (k == "a") length_of[p] = empty ? 0 : number[depth] + 1
      depth--
      if (empty) { if (!(p in seen)) { seen[p] = 1; order[++values] = p; is[p] = "" } }
      expect = depth == 0 ? "end" : "more"
    }

    # A run of letters, digits and signs between the strings: a number, true, false or null.
    function word(w) {
      if (expect != "value" && expect != "value or end") refuse()
      if (w !~ /^(true|false|null|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?)$/) refuse()
      value(w)
    }

    function hex(digits,  i, n) {
      n = 0
      for (i = 1; i <= 4; i++) n = n * 16 + index("0123456789abcdef", tolower(substr(digits, i, 1))) - 1
      return n
    }

    function utf8(n) {
      if (n < 128) return n < 32 ? " " : sprintf("%c", n)
      if (n < 2048) return sprintf("%c%c", 192 + int(n / 64), 128 + n % 64)
      if (n >= 55296 && n < 57344) return "?"
      return sprintf("%c%c%c", 224 + int(n / 4096), 128 + int(n / 64) % 64, 128 + n % 64)
    }

    function decoded(s,  out, at, c) {
      gsub(/[\t\n\r]/, " ", s)
      if (!index(s, "\\")) return s
      out = ""
      while (at = index(s, "\\")) {
        out = out substr(s, 1, at - 1)
        c = substr(s, at + 1, 1)
        s = substr(s, at + 2)
        if (c == "u") {
          if (substr(s, 1, 4) !~ /^[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]$/) refuse()
          out = out utf8(hex(substr(s, 1, 4)))
          s = substr(s, 5)
        } else if (index("\"\\/", c) && c != "") out = out c
        else if (index("bfnrt", c) && c != "") out = out " "
        else refuse()
      }
      return out s
    }

    function string(s) {
      s = decoded(s)
      if (expect == "name" || expect == "name or end") { name[depth] = s; expect = "colon" }
      else if (expect == "value" || expect == "value or end") value(s)
      else refuse()
    }

    function structure(s,  i, c, run) {
      run = ""
      for (i = 1; i <= length(s) + 1; i++) {
        c = substr(s, i, 1)
        if (c != "" && index("{}[],: \t\r\n", c) == 0) { run = run c; continue }
        if (run != "") { word(run); run = "" }
        if (c == "{" || c == "[") {
          if (expect != "value" && expect != "value or end") refuse()
          open(c == "{" ? "o" : "a")
        } else if (c == "}") shut("o")
        else if (c == "]") shut("a")
        else if (c == ":") { if (expect != "colon") refuse(); expect = "value" }
        else if (c == ",") {
          if (expect != "more") refuse()
          if (kind[depth] == "o") expect = "name"
          else { number[depth]++; expect = "value" }
        }
      }
    }

    # Between the quotation marks structure and strings take turns; one behind a backslash parts nothing.
    function parse(  pieces, n, i, s, tail) {
      expect = "value"
      n = split(text, pieces, "\"")
      for (i = 1; i <= n; i++) {
        structure(pieces[i])
        if (++i > n) break
        s = pieces[i]
        while (match(s, /\\+$/) && RLENGTH % 2 == 1) {
          if (++i > n) refuse()
          s = s "\"" pieces[i]
        }
        if (i >= n) refuse()
        string(s)
      }
      if (expect != "end") refuse()
    }

    function row(at, wanted, count,  i, f, p, optional, line) {
      line = ""
      for (i = 1; i <= count; i++) {
        f = wanted[i]
        optional = sub(/\?$/, "", f)
        p = (at == "" ? "" : at ".") f
        if (p in is && !(p in container)) f = is[p]
        else if (optional) f = ""
        else refuse()
        gsub(/ /, "_", f)
        line = line (i > 1 ? " " : "") (f == "" ? "-" : f)
      }
      lines[++rows] = line
    }

    END {
      if (refused) exit 4
      parse()
      if (mode == "lines") {
        for (i = 1; i <= values; i++) printf "%s\t%s\n", order[i], is[order[i]]
        exit 0
      }
      count = split(fields, wanted, " ")
      if (mode == "fields") {
        if (container[""] != "o") exit 4
        row("", wanted, count)
      } else if (list in length_of) {
        for (i = 0; i < length_of[list]; i++) row((list == "" ? "" : list ".") i, wanted, count)
      } else if (is[list] != "null" || !(list in is)) exit 4
      # Told only now: a row that lacks something takes the others with it.
      for (i = 1; i <= rows; i++) print lines[i]
    }'
}

package output

import (
	"bytes"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
)

// officialLineLimit is where the official plugin stops reading the stream, so that the command
// blocks for ever. The stand-in goes on, but says so: a script that only works here is a trap.
const officialLineLimit = 64 * 1024

// lines cuts a stream into lines and shows each as a status of the resource.
type lines struct {
	logger  p.Logger
	enabled bool
	pending []byte
	warned  bool
}

func newLines(logger p.Logger, enabled bool) *lines {
	return &lines{logger: logger, enabled: enabled}
}

func (l *lines) write(b []byte) {
	if !l.enabled {
		return
	}
	l.pending = append(l.pending, b...)
	for {
		line, rest, complete := bytes.Cut(l.pending, []byte("\n"))
		if !complete {
			break
		}
		l.show(line)
		l.pending = rest
	}
	for len(l.pending) >= officialLineLimit {
		l.show(l.pending[:officialLineLimit])
		l.pending = l.pending[officialLineLimit:]
	}
}

// flush shows a last line that has no newline.
func (l *lines) flush() {
	if len(l.pending) > 0 {
		l.show(l.pending)
		l.pending = nil
	}
}

func (l *lines) show(line []byte) {
	if len(line) >= officialLineLimit && !l.warned {
		l.warned = true
		l.logger.Warning("the command printed a line of 64 KiB or more: with the official Command " +
			"plugin it would hang for ever; set `logging: \"none\"` or print shorter lines")
	}
	// A log message is a protobuf string, which must be valid UTF-8; a command may print anything.
	l.logger.InfoStatus(strings.ToValidUTF8(strings.TrimSuffix(string(line), "\r"), "\uFFFD"))
}

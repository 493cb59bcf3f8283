package output

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"
)

// Outputs are the two outputs of every command. They are never secret by themselves.
type Outputs struct {
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// Capture keeps what one run of a command prints, and shows it line by line while it runs.
type Capture struct {
	Stdout io.Writer
	Stderr io.Writer

	mu          sync.Mutex
	interleaved bytes.Buffer
	stdout      *stream
	stderr      *stream
}

// NewCapture takes the `logging` input of the command that will run.
func NewCapture[T ~string](ctx context.Context, logging *T) *Capture {
	// A cancelled remote command runs on to its end, and its last lines shall still be seen.
	logger := p.GetLogger(context.WithoutCancel(ctx))
	c := &Capture{}
	c.stdout = &stream{all: c, lines: newLines(logger, logsStdout(logging))}
	c.stderr = &stream{all: c, lines: newLines(logger, logsStderr(logging))}
	c.Stdout, c.Stderr = c.stdout, c.stderr
	return c
}

// Finish ends the capture, once nothing writes any more. For a failed run it makes the error that
// the user sees: both streams whole, whatever `logging` says, since a reason must be shown.
func (c *Capture) Finish(command string, failure error) (Outputs, error) {
	c.stdout.lines.flush()
	c.stderr.lines.flush()
	if failure != nil {
		return Outputs{}, fmt.Errorf("%w: running %q:\n%s", failure, command, c.interleaved.String())
	}
	return Outputs{
		Stdout: strings.TrimSuffix(c.stdout.kept.String(), "\n"),
		Stderr: strings.TrimSuffix(c.stderr.kept.String(), "\n"),
	}, nil
}

// stream is one of the two streams. A single goroutine writes to it; only what it shares with the
// other stream needs the lock.
type stream struct {
	all   *Capture
	kept  bytes.Buffer
	lines *lines
}

func (s *stream) Write(b []byte) (int, error) {
	s.kept.Write(b)
	s.all.mu.Lock()
	s.all.interleaved.Write(b)
	s.all.mu.Unlock()
	s.lines.write(b)
	return len(b), nil
}

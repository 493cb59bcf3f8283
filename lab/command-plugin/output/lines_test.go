package output

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
)

// record gives what is logged from here on. Without an engine the framework logs through slog; what
// an engine is sent is the conformance tests' matter.
func record(t *testing.T) *bytes.Buffer {
	t.Helper()
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &log
}

func TestALineThatHangsTheOfficialPluginIsShownWithAWarning(t *testing.T) {
	log := record(t)

	long := strings.Repeat("x", 3*officialLineLimit)
	capture := NewCapture[string](context.Background(), nil)
	if _, err := capture.Stdout.Write([]byte("short\n" + long + "\nshort\n")); err != nil {
		t.Fatal(err)
	}
	outputs, err := capture.Finish("command", nil)
	if err != nil {
		t.Fatal(err)
	}

	if want := "short\n" + long + "\nshort"; outputs.Stdout != want {
		t.Errorf("stdout has %d bytes, want %d", len(outputs.Stdout), len(want))
	}
	if n := strings.Count(log.String(), "level=WARN"); n != 1 {
		t.Errorf("%d warnings, want 1", n)
	}
	if n := strings.Count(log.String(), "msg=short"); n != 2 {
		t.Errorf("%d short lines shown, want 2", n)
	}
}

func TestBytesThatAreNoTextAreStillShown(t *testing.T) {
	log := record(t)
	capture := NewCapture[string](context.Background(), nil)
	if _, err := capture.Stderr.Write([]byte("a\xffb\r\n")); err != nil {
		t.Fatal(err)
	}
	if want := "msg=\"a\uFFFDb\""; !strings.Contains(log.String(), want) {
		t.Errorf("%q is not in %q", want, log.String())
	}
}

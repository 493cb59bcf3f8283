// Package output holds what local and remote commands share about what a command prints.
package output

import "github.com/pulumi/pulumi-go-provider/infer"

// The values of the `logging` input: which streams are shown while the command runs. They decide
// neither what is captured nor what a failure prints.
const (
	LogStdout          = "stdout"
	LogStderr          = "stderr"
	LogStdoutAndStderr = "stdoutAndStderr"
	LogNone            = "none"
)

// LoggingValues lists them for the schema. Each module of the plugin has a `Logging` type of its
// own, since that is how the official schema names them.
func LoggingValues[T ~string]() []infer.EnumValue[T] {
	return []infer.EnumValue[T]{
		{Name: "Stdout", Value: LogStdout, Description: "Log only stdout"},
		{Name: "Stderr", Value: LogStderr, Description: "Log only stderr"},
		{Name: "StdoutAndStderr", Value: LogStdoutAndStderr, Description: "Log both streams"},
		{Name: "None", Value: LogNone, Description: "Log nothing"},
	}
}

func logsStdout[T ~string](choice *T) bool {
	return choice == nil || *choice == LogStdout || *choice == LogStdoutAndStderr
}

func logsStderr[T ~string](choice *T) bool {
	return choice == nil || *choice == LogStderr || *choice == LogStdoutAndStderr
}

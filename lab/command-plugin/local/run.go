package local

import (
	"context"
	"os"
	"os/exec"
	"strings"

	"consulcluster/command-plugin/output"
)

// run runs one command here with the given inputs. Cancelling kills it.
func run(ctx context.Context, command string, args Args, previous Outputs) (Outputs, error) {
	words := []string{"/bin/sh", "-c"}
	if args.Interpreter != nil && len(*args.Interpreter) > 0 {
		words = *args.Interpreter
	}

	capture := output.NewCapture(ctx, args.Logging)
	cmd := exec.CommandContext(ctx, words[0], append(words[1:len(words):len(words)], command)...)
	cmd.Env = environment(args, previous.Outputs)
	cmd.Stdout = capture.Stdout
	cmd.Stderr = capture.Stderr
	if args.Dir != nil {
		cmd.Dir = *args.Dir
	}
	// Without a reader the command gets /dev/null.
	if args.Stdin != nil && *args.Stdin != "" {
		cmd.Stdin = strings.NewReader(*args.Stdin)
	}

	printed, err := capture.Finish(command, cmd.Run())
	if err != nil {
		return Outputs{}, err
	}
	files, err := collect(args)
	if err != nil {
		return Outputs{}, err
	}
	files.keepMissing(previous)
	files.Outputs = printed
	return files, nil
}

// environment is the plugin's own, then the user's, then the previous outputs; the last one wins.
func environment(args Args, previous output.Outputs) []string {
	all := os.Environ()
	if args.Environment != nil {
		for name, value := range *args.Environment {
			all = append(all, name+"="+value)
		}
	}
	for _, variable := range previous.AsEnvironment(args.AddPreviousOutputInEnv) {
		all = append(all, variable.Name+"="+variable.Value)
	}
	return all
}

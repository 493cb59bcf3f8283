package remote

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"golang.org/x/crypto/ssh"

	"consulcluster/command-plugin/output"
)

// run runs one command on the host with the given inputs. Once it runs there, nothing here stops
// it: SSH has no reliable way to, and a script cut off half way is worse than one that ends.
func run(
	ctx context.Context, command string, args Args, previous output.Outputs,
) (output.Outputs, error) {
	host, err := args.Connection.dial(ctx)
	if err != nil {
		return output.Outputs{}, err
	}
	defer host.done()

	session, err := host.NewSession()
	if err != nil {
		return output.Outputs{}, err
	}
	defer session.Close()

	if err := setEnvironment(ctx, session, args, previous); err != nil {
		return output.Outputs{}, err
	}

	capture := output.NewCapture(ctx, args.Logging)
	session.Stdout = capture.Stdout
	session.Stderr = capture.Stderr
	session.Stdin = strings.NewReader(valueOr(args.Stdin, ""))
	return capture.Finish(command, session.Run(command))
}

// setEnvironment sends the variables before the command starts. The user's own are needed, so that
// a refusal ends the run; the previous outputs are an offer that a server may refuse.
func setEnvironment(
	ctx context.Context, session *ssh.Session, args Args, previous output.Outputs,
) error {
	logger := p.GetLogger(ctx)

	own := valueOr(args.Environment, nil)
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if err := session.Setenv(name, own[name]); err != nil {
			logger.Error(refusedVariable(name))
			return fmt.Errorf("could not set environment variable %q: %w", name, err)
		}
	}

	for _, variable := range previous.AsEnvironment(args.AddPreviousOutputInEnv) {
		if err := session.Setenv(variable.Name, variable.Value); err != nil {
			logger.Warning(refusedVariable(variable.Name))
		}
	}
	return nil
}

func refusedVariable(name string) string {
	return fmt.Sprintf("Unable to set '%s': the SSH server accepts only the variables that its "+
		"AcceptEnv names. Send the value through stdin, or put it in front of the command", name)
}

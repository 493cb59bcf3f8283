// Package remote is the resource command:remote:Command: a command run on a host over SSH.
package remote

import (
	"github.com/pulumi/pulumi-go-provider/infer"

	"consulcluster/command-plugin/output"
)

// Logging chooses which streams are shown while the command runs.
type Logging string

// Values lists the choices for the schema.
func (Logging) Values() []infer.EnumValue[Logging] { return output.LoggingValues[Logging]() }

// Args are the inputs. Their names and shapes are the official plugin's: a stack made with one
// plugin shows no change with the other.
type Args struct {
	Connection             *Connection        `pulumi:"connection" provider:"secret"`
	Create                 *string            `pulumi:"create,optional"`
	Update                 *string            `pulumi:"update,optional"`
	Delete                 *string            `pulumi:"delete,optional"`
	Stdin                  *string            `pulumi:"stdin,optional"`
	Environment            *map[string]string `pulumi:"environment,optional"`
	Logging                *Logging           `pulumi:"logging,optional"`
	AddPreviousOutputInEnv *bool              `pulumi:"addPreviousOutputInEnv,optional"`
	Triggers               *[]any             `pulumi:"triggers,optional" provider:"replaceOnChanges"`
}

// State is what the stack keeps: the inputs of the last run and what it printed.
type State struct {
	Args
	output.Outputs
}

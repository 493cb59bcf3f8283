package remote

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"consulcluster/command-plugin/output"
)

// Command is the resource. Check, Diff and Read are the framework's: it compares old inputs with
// new ones and never looks at the host.
type Command struct{}

var (
	_ infer.CustomResource[Args, State] = (*Command)(nil)
	_ infer.CustomUpdate[Args, State]   = (*Command)(nil)
	_ infer.CustomDelete[State]         = (*Command)(nil)
)

// Create runs `create`, where there is one.
func (*Command) Create(
	ctx context.Context, req infer.CreateRequest[Args],
) (infer.CreateResponse[State], error) {
	id, err := resource.NewUniqueHex(req.Name, 8, 0)
	if err != nil {
		return infer.CreateResponse[State]{}, err
	}
	created := infer.CreateResponse[State]{ID: id, Output: State{Args: req.Inputs}}
	if req.DryRun || req.Inputs.Create == nil {
		return created, nil
	}
	created.Output.Outputs, err = run(ctx, *req.Inputs.Create, req.Inputs, output.Outputs{})
	return created, err
}

// Update runs `update`, or `create` where it is unset; with neither, only the inputs change.
func (*Command) Update(
	ctx context.Context, req infer.UpdateRequest[Args, State],
) (infer.UpdateResponse[State], error) {
	updated := infer.UpdateResponse[State]{
		Output: State{Args: req.Inputs, Outputs: req.State.Outputs},
	}
	command := req.Inputs.Update
	if command == nil {
		command = req.Inputs.Create
	}
	if req.DryRun || command == nil {
		return updated, nil
	}
	var err error
	updated.Output.Outputs, err = run(ctx, *command, req.Inputs, req.State.Outputs)
	return updated, err
}

// Delete runs the `delete` of the state, with the connection and stdin of the state: the program
// may no longer know the resource.
func (*Command) Delete(
	ctx context.Context, req infer.DeleteRequest[State],
) (infer.DeleteResponse, error) {
	if req.State.Delete == nil {
		return infer.DeleteResponse{}, nil
	}
	_, err := run(ctx, *req.State.Delete, req.State.Args, req.State.Outputs)
	return infer.DeleteResponse{}, err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/middleware/cancel"
	presource "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"consulcluster/aws-plugin/resources"
	"consulcluster/aws-plugin/schema"
	"consulcluster/aws-plugin/values"
)

// refusal says what was asked for and how to get it.
func refusal(kind, token string, known []string) error {
	return status.Error(codes.Unimplemented, fmt.Sprintf(
		"%s %q is not supported: this is ConsulCluster's stand-in for the Pulumi AWS plugin %s, which knows only %s. To use %q, install "+
			"the official plugin (pulumi plugin install resource aws %s) and take the stand-in off the PATH",
		kind, token, version, strings.Join(known, ", "), token, version))
}

type provider struct {
	clients   *resources.Clients
	resources map[string]schema.Resource
	lookups   map[string]resources.Lookup
}

func newProvider() p.Provider {
	clients := &resources.Clients{}
	its := provider{clients, clients.All(), clients.Lookups()}
	// What the engine cancels, or gives too little time, ends what waits for AWS.
	return cancel.Wrap(p.Provider{
		CheckConfig: checkConfig,
		DiffConfig:  diffConfig,
		Configure: func(ctx context.Context, request p.ConfigureRequest) error {
			return configure(ctx, request, clients)
		},
		Invoke: its.invoke,
		Check:  its.check,
		Diff:   its.diff,
		Create: its.create,
		Read:   its.read,
		Update: its.update,
		Delete: its.delete,
		Call: func(_ context.Context, request p.CallRequest) (p.CallResponse, error) {
			return p.CallResponse{}, refusal("method", request.Tok.String(), nil)
		},
		Construct: func(_ context.Context, request p.ConstructRequest) (p.ConstructResponse, error) {
			return p.ConstructResponse{}, refusal("component", request.Urn.Type().String(), nil)
		},
	})
}

func (its provider) of(urn presource.URN) (schema.Resource, error) {
	token := urn.Type().String()
	resource, known := its.resources[token]
	if !known {
		return resource, refusal("resource", token, slices.Sorted(maps.Keys(its.resources)))
	}
	return resource, nil
}

func (its provider) check(_ context.Context, request p.CheckRequest) (p.CheckResponse, error) {
	resource, err := its.of(request.Urn)
	if err != nil {
		return p.CheckResponse{}, err
	}
	inputs, secrets, err := values.From(request.Inputs)
	if err != nil {
		return p.CheckResponse{}, err
	}
	was, _, err := values.From(request.State)
	if err != nil {
		return p.CheckResponse{}, err
	}
	checked, failures := resource.Check(request.Urn.Name(), was, inputs)
	return p.CheckResponse{Inputs: values.To(checked, secrets), Failures: failures}, nil
}

func (its provider) diff(_ context.Context, request p.DiffRequest) (p.DiffResponse, error) {
	resource, err := its.of(request.Urn)
	if err != nil {
		return p.DiffResponse{}, err
	}
	state, _, err := values.From(request.State)
	if err != nil {
		return p.DiffResponse{}, err
	}
	inputs, _, err := values.From(request.Inputs)
	if err != nil {
		return p.DiffResponse{}, err
	}
	return resource.Diff(state, inputs, request.IgnoreChanges), nil
}

func (its provider) create(ctx context.Context, request p.CreateRequest) (p.CreateResponse, error) {
	resource, err := its.of(request.Urn)
	if err != nil {
		return p.CreateResponse{}, err
	}
	inputs, secrets, err := values.From(request.Properties)
	if err != nil {
		return p.CreateResponse{}, err
	}
	if request.DryRun {
		return p.CreateResponse{Properties: values.To(resource.ForetellCreate(inputs), secrets)}, nil
	}
	call := &schema.Call{Context: ctx, State: values.Values{}, Inputs: inputs}
	if err := resource.Create(call); err != nil {
		response := p.CreateResponse{ID: call.ID, Properties: values.To(inputs, secrets)}
		if call.ID != "" {
			// It is there, whatever became of it: the stack must know it.
			response.PartialState = &p.InitializationFailed{Reasons: []string{err.Error()}}
		}
		return response, err
	}
	state, err := stateOf(resource, call)
	response := p.CreateResponse{ID: call.ID, Properties: values.To(state, secrets)}
	if err != nil {
		response.PartialState = &p.InitializationFailed{Reasons: []string{err.Error()}}
	}
	return response, err
}

// stateOf reads what was made or changed; what AWS does not say is as it was given.
func stateOf(resource schema.Resource, call *schema.Call) (values.Values, error) {
	found, err := resource.Read(call)
	if err == nil && found == nil {
		err = errors.New("it was there a moment ago, and AWS does not find it")
	}
	return call.Inputs.With(found), err
}

func (its provider) read(ctx context.Context, request p.ReadRequest) (p.ReadResponse, error) {
	resource, err := its.of(request.Urn)
	if err != nil {
		return p.ReadResponse{}, err
	}
	state, secrets, err := values.From(request.Properties)
	if err != nil {
		return p.ReadResponse{}, err
	}
	inputs, secretInputs, err := values.From(request.Inputs)
	if err != nil {
		return p.ReadResponse{}, err
	}
	if len(inputs) == 0 && len(state) == 0 {
		return p.ReadResponse{}, fmt.Errorf("the stand-in for the AWS plugin imports nothing")
	}
	found, err := resource.Read(&schema.Call{Context: ctx, ID: request.ID, State: state, Inputs: inputs})
	if err != nil || found == nil {
		return p.ReadResponse{}, err
	}
	return p.ReadResponse{
		ID:         request.ID,
		Properties: values.To(found, secrets),
		Inputs:     values.To(resource.Refreshed(inputs, found), secretInputs),
	}, nil
}

func (its provider) update(ctx context.Context, request p.UpdateRequest) (p.UpdateResponse, error) {
	resource, err := its.of(request.Urn)
	if err != nil {
		return p.UpdateResponse{}, err
	}
	state, _, err := values.From(request.State)
	if err != nil {
		return p.UpdateResponse{}, err
	}
	inputs, secrets, err := values.From(request.Inputs)
	if err != nil {
		return p.UpdateResponse{}, err
	}
	if request.DryRun {
		return p.UpdateResponse{Properties: values.To(resource.ForetellUpdate(state, inputs), secrets)}, nil
	}
	changed := resource.Changed(state, inputs)
	for _, name := range request.IgnoreChanges {
		delete(changed, name)
	}
	call := &schema.Call{Context: ctx, ID: request.ID, State: state, Inputs: inputs, Changed: changed}
	if err := resource.Update(call); err != nil {
		return p.UpdateResponse{}, err
	}
	is, err := stateOf(resource, call)
	return p.UpdateResponse{Properties: values.To(is, secrets)}, err
}

func (its provider) delete(ctx context.Context, request p.DeleteRequest) error {
	resource, err := its.of(request.Urn)
	if err != nil {
		return err
	}
	state, _, err := values.From(request.Properties)
	if err != nil {
		return err
	}
	return resource.Delete(&schema.Call{Context: ctx, ID: request.ID, State: state, Inputs: state})
}

func (its provider) invoke(ctx context.Context, request p.InvokeRequest) (p.InvokeResponse, error) {
	token := request.Token.String()
	lookup, known := its.lookups[token]
	if !known {
		return p.InvokeResponse{}, refusal("function", token, slices.Sorted(maps.Keys(its.lookups)))
	}
	given, _, err := values.From(request.Args)
	if err != nil {
		return p.InvokeResponse{}, err
	}
	inputs, failures := schema.Resource{Inputs: lookup.Inputs}.Check("", nil, given)
	if len(failures) > 0 {
		return p.InvokeResponse{Failures: failures}, nil
	}
	answer, err := lookup.Ask(ctx, inputs)
	if err != nil {
		return p.InvokeResponse{}, fmt.Errorf("invoking %s: %w", token, err)
	}
	return p.InvokeResponse{Return: values.To(answer, nil)}, nil
}

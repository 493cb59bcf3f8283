package main

import (
	"context"
	"fmt"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var supported = map[string]bool{
	"command:local:Command":  true,
	"command:remote:Command": true,
}

// refusal says what was asked for and how to get it. Without it the framework answers
// "not found" or "not implemented", which reads like a typing error in the program.
func refusal(kind, token string) error {
	return status.Error(codes.Unimplemented, fmt.Sprintf(
		"%s %q is not supported: this is ConsulCluster's stand-in for the Pulumi Command plugin %s, "+
			"which knows only the resources command:local:Command and command:remote:Command. "+
			"To use %q, install the official plugin (pulumi plugin install resource command %s) "+
			"and take the stand-in off the PATH",
		kind, token, version, token, version))
}

// refuseOthers lets the two supported resources through and answers everything else with a refusal.
func refuseOthers(inner p.Provider) p.Provider {
	outer := inner

	outer.Check = gate(inner.Check, func(r p.CheckRequest) resource.URN { return r.Urn })
	outer.Diff = gate(inner.Diff, func(r p.DiffRequest) resource.URN { return r.Urn })
	outer.Create = gate(inner.Create, func(r p.CreateRequest) resource.URN { return r.Urn })
	outer.Read = gate(inner.Read, func(r p.ReadRequest) resource.URN { return r.Urn })
	outer.Update = gate(inner.Update, func(r p.UpdateRequest) resource.URN { return r.Urn })
	outer.Delete = func(ctx context.Context, r p.DeleteRequest) error {
		if token := r.Urn.Type().String(); !supported[token] {
			return refusal("resource", token)
		}
		return inner.Delete(ctx, r)
	}

	outer.Invoke = func(_ context.Context, r p.InvokeRequest) (p.InvokeResponse, error) {
		return p.InvokeResponse{}, refusal("function", r.Token.String())
	}
	outer.Call = func(_ context.Context, r p.CallRequest) (p.CallResponse, error) {
		return p.CallResponse{}, refusal("method", r.Tok.String())
	}
	outer.Construct = func(_ context.Context, r p.ConstructRequest) (p.ConstructResponse, error) {
		return p.ConstructResponse{}, refusal("component", r.Urn.Type().String())
	}
	return outer
}

func gate[Req, Resp any](
	inner func(context.Context, Req) (Resp, error), urn func(Req) resource.URN,
) func(context.Context, Req) (Resp, error) {
	return func(ctx context.Context, r Req) (Resp, error) {
		if token := urn(r).Type().String(); !supported[token] {
			var none Resp
			return none, refusal("resource", token)
		}
		return inner(ctx, r)
	}
}

package main

import (
	"context"
	"strings"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// Here and not among the conformance tests, since the official plugin refuses none of these.

func server(t *testing.T) rpc.ResourceProviderServer {
	t.Helper()
	s, err := p.RawServer(name, version, newProvider())(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func urn(token string) string { return "urn:pulumi:stack::project::" + token + "::name" }

func TestEveryOtherTokenIsRefused(t *testing.T) {
	ctx, s, none := context.Background(), server(t), &structpb.Struct{}
	const copyToRemote = "command:remote:CopyToRemote"
	calls := map[string]func() error{
		copyToRemote + " check": func() error {
			_, err := s.Check(ctx, &rpc.CheckRequest{Urn: urn(copyToRemote), News: none})
			return err
		},
		copyToRemote + " diff": func() error {
			_, err := s.Diff(ctx, &rpc.DiffRequest{Urn: urn(copyToRemote), News: none})
			return err
		},
		copyToRemote + " create": func() error {
			_, err := s.Create(ctx, &rpc.CreateRequest{Urn: urn(copyToRemote), Properties: none})
			return err
		},
		copyToRemote + " read": func() error {
			_, err := s.Read(ctx, &rpc.ReadRequest{Urn: urn(copyToRemote), Properties: none})
			return err
		},
		copyToRemote + " update": func() error {
			_, err := s.Update(ctx, &rpc.UpdateRequest{Urn: urn(copyToRemote), News: none})
			return err
		},
		copyToRemote + " delete": func() error {
			_, err := s.Delete(ctx, &rpc.DeleteRequest{Urn: urn(copyToRemote), Properties: none})
			return err
		},
		"command:remote:CopyFile check": func() error {
			_, err := s.Check(ctx, &rpc.CheckRequest{Urn: urn("command:remote:CopyFile"), News: none})
			return err
		},
		"other:remote:Command check": func() error {
			_, err := s.Check(ctx, &rpc.CheckRequest{Urn: urn("other:remote:Command"), News: none})
			return err
		},
		"command:local:run invoke": func() error {
			_, err := s.Invoke(ctx, &rpc.InvokeRequest{Tok: "command:local:run", Args: none})
			return err
		},
		"command:remote:Command/method call": func() error {
			_, err := s.Call(ctx, &rpc.CallRequest{
				Tok: "command:remote:Command/method", Args: none, AcceptsOutputValues: true,
			})
			return err
		},
		"command:index:Thing construct": func() error {
			_, err := s.Construct(ctx, &rpc.ConstructRequest{
				Type: "command:index:Thing", Name: "name", Inputs: none, AcceptsOutputValues: true,
			})
			return err
		},
	}
	for what, call := range calls {
		err := call()
		if err == nil {
			t.Errorf("%s: not refused", what)
			continue
		}
		token := strings.Fields(what)[0]
		for _, part := range []string{token, "pulumi plugin install resource command 1.2.1"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not name %q", what, err, part)
			}
		}
	}
}

func TestTheTwoResourcesPass(t *testing.T) {
	for token := range supported {
		_, err := server(t).Check(context.Background(), &rpc.CheckRequest{
			Urn: urn(token), News: &structpb.Struct{},
		})
		if err != nil {
			t.Errorf("%s: %s", token, err)
		}
	}
}

func TestVersion(t *testing.T) {
	info, err := server(t).GetPluginInfo(context.Background(), &emptypb.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	if info.GetVersion() != "1.2.1" {
		t.Errorf("the version is %q", info.GetVersion())
	}
}

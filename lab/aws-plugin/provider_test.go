package main

import (
	"context"
	"strings"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
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
	const bucket, zones = "aws:s3/bucket:Bucket", "aws:index/getAvailabilityZones:getAvailabilityZones"
	for what, call := range map[string]func() error{
		bucket + " check": func() error {
			_, err := s.Check(ctx, &rpc.CheckRequest{Urn: urn(bucket), News: none})
			return err
		},
		bucket + " create": func() error {
			_, err := s.Create(ctx, &rpc.CreateRequest{Urn: urn(bucket), Properties: none})
			return err
		},
		bucket + " delete": func() error {
			_, err := s.Delete(ctx, &rpc.DeleteRequest{Urn: urn(bucket), Properties: none})
			return err
		},
		zones + " invoke": func() error {
			_, err := s.Invoke(ctx, &rpc.InvokeRequest{Tok: zones, Args: none})
			return err
		},
	} {
		err := call()
		if err == nil {
			t.Errorf("%s: not refused", what)
			continue
		}
		for _, part := range []string{strings.Fields(what)[0], "pulumi plugin install resource aws " + version} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not name %q", what, err, part)
			}
		}
	}
}

func TestAnInputThatIsNotSupportedIsNamed(t *testing.T) {
	inputs, err := structpb.NewStruct(map[string]any{
		"availabilityZone": "a", "multiAttachEnabled": true, "size": "large",
	})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server(t).Check(context.Background(), &rpc.CheckRequest{Urn: urn("aws:ebs/volume:Volume"), News: inputs})
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, failure := range answer.GetFailures() {
		said[failure.GetProperty()] = failure.GetReason()
	}
	if !strings.Contains(said["multiAttachEnabled"], "stand-in") || said["size"] != `"size" must be a number` || len(said) != 2 {
		t.Errorf("it said %q", said)
	}
}

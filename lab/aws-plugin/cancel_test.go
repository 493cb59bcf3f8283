package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

const whoAsks = `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

// Somebody ends a run while a machine boots: what waits for AWS has to end, too, or it would hold the run for ten minutes.
func TestACancelEndsWhatWaitsForAWS(t *testing.T) {
	asked, over := make(chan struct{}, 1), make(chan struct{})
	aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), "GetCallerIdentity") {
			fmt.Fprint(w, whoAsks)
			return
		}
		asked <- struct{}{}
		<-over
	}))
	defer aws.Close()
	defer close(over)
	ctx, s := context.Background(), server(t)
	settings := texts(t, map[string]any{
		"region": "eu-central-1", "accessKey": "a", "secretKey": "b",
		"endpoints": fmt.Sprintf(`[{"sts":%q,"ec2":%q}]`, aws.URL, aws.URL),
	})
	if _, err := s.Configure(ctx, &rpc.ConfigureRequest{Args: settings}); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		volume := texts(t, map[string]any{"availabilityZone": "eu-central-1a", "size": 1})
		_, err := s.Create(ctx, &rpc.CreateRequest{Urn: urn("aws:ebs/volume:Volume"), Properties: volume})
		ended <- err
	}()
	<-asked
	if _, err := s.Cancel(ctx, &emptypb.Empty{}); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it was made")
		}
	case <-time.After(10 * time.Second):
		t.Error("it still waits")
	}
}

func texts(t *testing.T, values map[string]any) *structpb.Struct {
	t.Helper()
	made, err := structpb.NewStruct(values)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

package main

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// The names of the official SDK 1.2.1. Does not prove their types: the conformance tests use them.
func TestPropertyNames(t *testing.T) {
	common := []string{
		"addPreviousOutputInEnv", "create", "delete", "environment", "logging", "stdin",
		"triggers", "update",
	}
	endpoint := []string{
		"agentSocketPath", "dialErrorLimit", "host", "hostKey", "password", "perDialTimeout",
		"port", "privateKey", "privateKeyPassword", "user",
	}
	localInputs := with(common, "archivePaths", "assetPaths", "dir", "interpreter")
	remoteInputs := with(common, "connection")

	type properties struct {
		Inputs  map[string]any `json:"inputProperties"`
		Outputs map[string]any `json:"properties"`
	}
	var schema struct {
		Resources map[string]properties `json:"resources"`
		Types     map[string]properties `json:"types"`
	}
	answer, err := server(t).GetSchema(context.Background(), &rpc.GetSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(answer.GetSchema()), &schema); err != nil {
		t.Fatal(err)
	}

	local, remote := schema.Resources["command:local:Command"], schema.Resources["command:remote:Command"]
	for what, pair := range map[string]struct {
		got  map[string]any
		want []string
	}{
		"local inputs":   {local.Inputs, localInputs},
		"local outputs":  {local.Outputs, with(localInputs, "archive", "assets", "stderr", "stdout")},
		"remote inputs":  {remote.Inputs, remoteInputs},
		"remote outputs": {remote.Outputs, with(remoteInputs, "stderr", "stdout")},
		"connection":     {schema.Types["command:remote:Connection"].Outputs, with(endpoint, "proxy")},
		"proxy":          {schema.Types["command:remote:ProxyConnection"].Outputs, endpoint},
	} {
		if names := slices.Sorted(maps.Keys(pair.got)); !slices.Equal(names, pair.want) {
			t.Errorf("%s:\n got %q\nwant %q", what, names, pair.want)
		}
	}
}

func with(names []string, more ...string) []string {
	return slices.Sorted(slices.Values(slices.Concat(names, more)))
}

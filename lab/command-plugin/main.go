// Command pulumi-resource-command stands in for the official Pulumi Command plugin on machines
// that reach package registries only, from where the official one cannot be had.
package main

import (
	"context"
	"fmt"
	"os"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"

	"consulcluster/command-plugin/local"
	"consulcluster/command-plugin/remote"
)

const name = "command"

// version is the official release whose behaviour this plugin has. The SDK asks for it by number.
const version = "1.2.1"

func main() {
	if err := p.RunProvider(context.Background(), name, version, newProvider()); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-command:", err)
		os.Exit(1)
	}
}

func newProvider() p.Provider {
	return refuseOthers(infer.Provider(infer.Options{
		Resources: []infer.InferredResource{
			infer.Resource(&local.Command{}),
			infer.Resource(&remote.Command{}),
		},
	}))
}

// Command pulumi-resource-aws stands in for the official Pulumi AWS plugin on machines that reach package registries only, from
// where the official one cannot be had. It knows what ConsulCluster uses of it, and speaks to any endpoint of AWS's API.
package main

import (
	"context"
	"fmt"
	"os"

	p "github.com/pulumi/pulumi-go-provider"
)

const name = "aws"

// version is the official release whose behaviour this plugin has. The SDK asks for it by number.
const version = "7.48.0"

func main() {
	if err := p.RunProvider(context.Background(), name, version, newProvider()); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-aws:", err)
		os.Exit(1)
	}
}

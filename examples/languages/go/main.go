// A Consul cluster from Go: the same one as ../yaml.
//
// In a project of your own, `pulumi package add` writes the package consulcluster: ../../../docs/languages.md.
package main

import (
	"fmt"

	consulcluster "example.com/pulumi-consul-cluster/sdk/go/consul-cluster"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		machines := make([]consulcluster.NspawnMachineArgs, 3)
		for i := range machines {
			machines[i] = consulcluster.NspawnMachineArgs{
				Name:    fmt.Sprintf("lang-%d", i+1),
				Address: pulumi.Sprintf("198.18.77.4%d", i+1),
			}
		}
		consul, err := consulcluster.NewConsulCluster(ctx, "consul", &consulcluster.ConsulClusterArgs{
			Mirror:         pulumi.String(settings.Require("mirror")),
			SigningKeyFile: pulumi.String(settings.Get("signingKeyFile")),
			Nspawn: &consulcluster.NspawnArgs{
				Image:     pulumi.String(settings.Require("image")),
				Share:     pulumi.String(settings.Require("share")),
				Directory: pulumi.String(settings.Require("directory")),
				Machines:  machines,
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("httpAddresses", consul.HttpAddresses)
		ctx.Export("ready", consul.Ready)
		return nil
	})
}

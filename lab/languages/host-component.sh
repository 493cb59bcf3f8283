#!/bin/sh
# The component as a plugin for programs in other languages, under the name pulumi-resource-consul-cluster on PATH. A CLI
# with the vendor's language hosts does this by itself from components/PulumiPlugin.yaml; the host that is built from
# Go modules answers that it cannot.
cd "$(dirname "$(readlink -f "$0")")/../../components" || exit
exec node ../node_modules/@pulumi/pulumi/cmd/run-plugin . "$@"

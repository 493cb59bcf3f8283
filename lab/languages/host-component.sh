#!/bin/sh
# The component as a plugin for programs in other languages, under the name pulumi-resource-consul-cluster on PATH. A CLI
# with the vendor's language hosts does this by itself from components/PulumiPlugin.yaml; the host that is built from
# Go modules answers that it cannot.
cd "$(dirname "$(readlink -f "$0")")/../../components" || exit
# Of the packages that the component itself is given, as the vendor's host looks for it.
plugin=$(node -p 'require.resolve("@pulumi/pulumi/cmd/run-plugin")') || exit
exec node "$plugin" . "$@"

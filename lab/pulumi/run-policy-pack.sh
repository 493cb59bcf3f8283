#!/bin/sh
# The engine starts this under the name of a link; the pack is what the link `pack` beside it points at.
#
#   LINK ENGINE-ADDRESS
set -eu
cd "$(dirname "$0")/pack"
exec node "$(node -p 'require.resolve("@pulumi/pulumi/cmd/run-policy-pack")')" "$@" .

#!/usr/bin/env bash
# Looks through the workflows:  bash .github/scripts/lint.sh ACTIONLINT
#
# Twice, since actionlint knows the inputs of an action by its version, not by the hash that it is pinned by.

set -euo pipefail
actionlint=$1
cd "$(dirname "$0")/../.."

"$actionlint" -color=false
for workflow in .github/workflows/*.yml; do
  sed -E 's/@[0-9a-f]{40} # v([0-9]+)\..*$/@v\1/' "$workflow" |
    "$actionlint" -color=false -stdin-filename "$workflow" -
done

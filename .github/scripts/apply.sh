#!/usr/bin/env bash
# Does to a stack what was shown, or nothing:
#
#   bash .github/scripts/apply.sh STACK FOLDER
#
# FOLDER holds the plan.json and plan.md of preview.sh, as they were when somebody said yes. What the plan says is
# looked at twice. A preview of this moment must give the same plan.md: the same servers restart in the same
# order, from the same releases and settings. Then the engine holds the update to plan.json, value by value.

set -euo pipefail
stack=$1
folder=$(cd "$2" && pwd)
cd "$(dirname "$0")/../.."

now=$(mktemp -d)
trap 'rm -rf "$now"' EXIT

plan_afresh() {
  cat >&2 <<END

$1
What to do: run the workflow "apply" by hand, on the branch main. It previews again, shows the plan, and waits for
an approval of that one.
END
  exit 1
}

bash .github/scripts/preview.sh "$stack" "$now" >"$now/said" 2>&1 || {
  cat "$now/said" >&2
  plan_afresh "Nothing was changed: the preview that comes before every update failed."
}
if ! diff -U 3 --label "the plan that was approved" --label "the plan as it would be now" \
  "$folder/plan.md" "$now/plan.md"; then
  plan_afresh "Nothing was changed: since the plan was shown, its stack or its sources have changed."
fi

# The engine names both values where one is not what the plan says, secrets in plain and over many lines
# (seen with 3.259.0). So that message and all that comes after it is not shown.
hide_values='/violates plan/ {
  s/ *violates plan.*/ is not what the plan says. The values are not shown: they may be secret./
  p
  :rest
  $! { N; s/.*//; b rest }
  d
}'

# No --skip-preview: what does not fit shall show before the first server is touched.
pulumi up --stack "$stack" --non-interactive --yes --plan "$folder/plan.json" 2>&1 |
  sed -u "$hide_values" ||
  plan_afresh "The update did not come to its end. Above stands how far it came; the servers after that were not touched."

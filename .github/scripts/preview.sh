#!/usr/bin/env bash
# What a change means for one stack:
#
#   LABELS=... bash .github/scripts/preview.sh STACK FOLDER [PLAN FLAGS]
#
# FOLDER gets plan.json, which `pulumi up --plan` holds an update to, and plan.md, which a reviewer reads. Where
# the preview fails, plan.md says why, and there is no plan.json. PLAN FLAGS go to `npm run plan`; with --strict a
# dangerous plan ends with 2, but for the dangers that LABELS, a list with commas, accepts: `allow:KIND`.

set -euo pipefail
stack=$1 folder=$2
shift 2

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$(dirname "$0")/../.."

# What is only needed here; the whole state stands in it.
preview=$(mktemp -d)
trap 'rm -rf "$preview"' EXIT

give_up() {
  rm -f "$folder/plan.json"
  {
    printf '**The preview failed.** Nothing can be said about this change.\n\n'
    # Longer than any fence that stands in the text.
    echo '``````text'
    cat
    echo '``````'
  } >"$folder/plan.md"
  cat "$folder/plan.md" >&2
  exit 1
}

previewed=0
pulumi preview --stack "$stack" --non-interactive --json --show-sames \
  --save-plan "$folder/plan.json" >"$preview/json" 2>"$preview/said" || previewed=$?
if [ ! -s "$preview/json" ]; then give_up <"$preview/said"; fi

allowed=$(printf '%s' "${LABELS-}" | tr ',' '\n' | sed -n 's/^ *allow: *//p' | paste -sd, -)
dangerous=0
npm run --silent plan -- --from "$preview/json" --markdown "$folder/plan.md" \
  ${allowed:+--allow "$allowed"} "$@" 2>"$preview/refused" || dangerous=$?
if [ "$dangerous" = 1 ]; then
  # What the CLI printed was no preview: then its own words say why.
  if [ "$previewed" != 0 ]; then cat "$preview/said" >>"$preview/refused"; fi
  give_up <"$preview/refused"
fi
if [ "$previewed" != 0 ]; then give_up <"$preview/said"; fi
exit "$dangerous"

#!/bin/sh
# Waits until every client agent is alive in the pool, as this one sees it, and a leader is known. Prints a line
# for each: its name and its node id.
set -eu
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh

TIMEOUT=60 # seconds

missing() {
  view=$(members "$api") || view=''
  for client in $(echo "$clients" | tr ',' ' '); do
    printf '%s\n' "$view" | grep -qx "$client 1 client" || echo "$client"
  done | paste -sd ' ' -
}

node_ids() {
  view=$(consul_api "$api" /v1/agent/members -f | sed 's/},{"Name"/}\n{"Name"/g' |
    sed -n 's/.*{"Name":"\([^"]*\)".*"Tags":{[^}]*"id":"\([^"]*\)".*/\1 \2/p')
  for client in $(echo "$clients" | tr ',' ' '); do
    printf '%s\n' "$view" | grep "^$client " || true
  done
}

main() {
  api='' clients=''
  take "name api clients" "$@"
  cat >/dev/null
  limit=$(($(seconds) + TIMEOUT))
  until leader=$(leader "$api") && [ -n "$leader" ] && away=$(missing) && [ -z "$away" ]; do
    [ "$(seconds)" -lt "$limit" ] ||
      die "not every client is well within $TIMEOUT s: ${leader:-no leader is known}${away:+, not alive in the pool: $away}"
    sleep 0.2
  done
  say "leader $leader, every client is alive in the pool"
  node_ids
}

main "$@"

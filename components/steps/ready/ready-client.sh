#!/bin/sh
# Waits until every client agent is alive in the pool, as this one sees it, and a leader is known. Prints a line
# for each, its name and its node id, between two marks.
set -eu
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

CLIENTS_READY_S=60

# The clients that are not alive in the view $1.
absent_clients() {
  local client=''
  for client in $(echo "$clients" | tr ',' ' '); do
    printf '%s\n' "$1" | grep -q "^$client 1 client " || echo "$client"
  done
}

print_nodes() {
  echo "consul-cluster: begin"
  printf '%s\n' "$2" | awk -v clients=",$1," '$3 == "client" && index(clients, "," $1 ",") { print "node", $1, $4 }'
  echo "consul-cluster: end"
}

main() {
  local limit='' leader='' view='' away=unknown
  owner='' clients=''
  take "name owner clients machines" "$@"
  cat >/dev/null
  require_owner
  limit=$(deadline "$CLIENTS_READY_S")
  until find_own_agent && leader=$(leader_of "$api") && [ -n "$leader" ] &&
    view=$(members_of "$api") && away=$(absent_clients "$view") && [ -z "$away" ]; do
    ! passed "$limit" ||
      die "not every client is well within $CLIENTS_READY_S s: ${leader:-no leader is known}, not alive in the pool: $(printf '%s\n' "$away" | listed)"
    sleep 0.2
  done
  say "leader $leader, every client is alive in the pool"
  print_nodes "$clients" "$view"
}

main "$@"

#!/bin/sh
# Waits until the cluster has a leader that every reachable server names, and every server is a healthy
# voter. Prints Raft's configuration as JSON: the program reads the node ids from it.
set -eu
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh

TIMEOUT=120 # seconds

# Who started before the others tries to join again only after retry_interval: join now. Harmless
# where they are joined already.
join_the_others() {
  for peer in $others; do
    peer=${peer#http://}
    consul_api "$api" "/v1/agent/join/${peer%:*}" -X PUT -o /dev/null || true
  done
}

unhealthy() {
  view=$(autopilot_servers "$api")
  for server in $(echo "$servers" | tr ',' ' '); do
    printf '%s\n' "$view" | grep -qF "$server true true alive " || echo "$server"
  done
}

# A server whose HTTP address is closed to its neighbours is judged by autopilot alone.
named_by_all() {
  for peer in $others; do
    theirs=$(leader "$peer") || continue
    [ "$theirs" = "$1" ] || return 1
  done
}

main() {
  api='' servers='' configDir=''
  take "name api servers configDir" "$@"
  cat >/dev/null
  others=$(peers "$configDir" "$api")
  start=$(seconds)
  joined=-1
  while :; do
    leader=$(leader "$api") || leader=''
    if [ -n "$leader" ] && waiting=$(unhealthy) && [ -z "$waiting" ] && named_by_all "$leader"; then break; fi
    waited=$(($(seconds) - start))
    if [ -z "$leader" ] && [ "$waited" -gt "$joined" ]; then
      join_the_others
      joined=$waited
    fi
    [ "$waited" -lt "$TIMEOUT" ] || give_up
    sleep 0.1
  done
  say "leader $leader, all servers are healthy voters"
  consul_api "$api" "/v1/operator/raft/configuration?stale" -f
}

give_up() {
  if [ -z "$leader" ]; then
    die "no leader within $TIMEOUT s; members that this server sees:
$(/usr/local/bin/consul members -http-addr="$api" 2>&1)"
  fi
  die "not healthy voters within $TIMEOUT s: $(echo "${waiting:-}" | paste -sd ' ' -); leader $leader; autopilot's view (name healthy voter serf):
$(autopilot_servers "$api")"
}

main "$@"

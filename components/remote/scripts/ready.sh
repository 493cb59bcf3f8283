#!/bin/sh
# Waits until the cluster has a leader that every reachable server names, and every server is a healthy
# voter. Then settles what is the whole cluster's: autopilot's settings, who its servers are, and that no
# gossip key but the current one is left. Prints Raft's configuration as JSON: the program reads the node ids from it.
set -eu
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh

# shellcheck source=gossip.sh
. /usr/local/lib/consul-cluster/gossip.sh
# shellcheck source=quorum.sh
. /usr/local/lib/consul-cluster/quorum.sh

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
    printf '%s\n' "$view" | grep -q "^$server true true alive " || echo "$server"
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
  autopilot=$(sed -n 's/^autopilot //p')
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
    # No election can end it: said at once, and not after all of the patience.
    [ -n "$leader" ] || [ "$waited" -lt "$ELECTION" ] || die_without_quorum "$configDir"
    [ "$waited" -lt "$TIMEOUT" ] || give_up
    sleep 0.1
  done
  say "leader $leader, all servers are healthy voters"
  settle
  consul_api "$api" "/v1/operator/raft/configuration?stale" -f
}

# With the new voters in, min_quorum may rise; before anybody leaves, it has to fall.
settle() {
  consul_api "$api" /v1/operator/autopilot/configuration -f -o /dev/null -X PUT -d "$autopilot" ||
    die "autopilot's settings could not be written; run it again"
  consul_api "$api" /v1/kv/consul-cluster/servers -f -o /dev/null -X PUT -d "$(echo "$servers" | tr ',' ' ')" ||
    die "the names of the servers could not be written; run it again"
  # A farewell that was said before this moment is none any more.
  consul_api "$api" /v1/kv/consul-cluster/ready -f -o /dev/null -X PUT -d "$(date +%s)" || true
  via=$api
  umask 077
  staged_key "$STATE/key"
  retire_old_keys "$STATE/key"
  rm -f "$STATE/key"
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

#!/bin/sh
# Makes the cluster forget a server that has left or is dead: out of Raft, out of gossip. Runs on a server
# that stays. Ends with 3 where this one cannot tell, because its own Consul does not know a leader.
set -eu
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh
# shellcheck source=gates.sh
. /usr/local/lib/consul-cluster/gates.sh
# shellcheck source=cluster-lock.sh
. /usr/local/lib/consul-cluster/cluster-lock.sh

# Raft id of the server that goes; by address where a dead one's name has been forgotten already.
raft_id() {
  raft_servers "$api" | awk -v name="$server" -v address="$address" '
    { ip = $4; sub(/:[0-9]+$/, "", ip); gsub(/[][]/, "", ip) }
    $1 == name || ($1 !~ /^[a-z0-9-]+$/ && ip == address) { print $2; exit }'
}

in_gossip() {
  members "$api" | grep -q "^$server " || members "$api" '?wan=1' | grep -q "^$server\.$datacenter "
}

# A server that nobody reaches over SSH may serve its neighbours all the same.
refuse_if_alive() {
  ! autopilot_servers "$api" | grep -q "^$server true .* alive " || ! answers ||
    die "$server does not answer SSH, but serves its neighbours: it is not taken for dead; nothing was changed"
}

answers() { consul_api "$api" "/v1/agent/join/$address" -f -X PUT -o /dev/null; }

remove_from_raft() {
  id=$(raft_id)
  [ -n "$id" ] || return 0
  wait_until_well "$BEFORE" "$server" || die "$server stays in Raft's configuration, for the others are not well: $reason"
  missing=$(missing_servers "$server")
  [ -z "$missing" ] || die "$server stays in Raft's configuration: $missing shall be a voter and is none yet; one server at a time"
  consul_api "$api" "/v1/operator/raft/peer?id=$id" -f -X DELETE -o /dev/null || say "$server could not be removed from Raft, autopilot may have been faster"
}

main() {
  api='' configDir='' server='' address='' datacenter='' dead=''
  take "name api configDir server address datacenter dead" "$@"
  ! farewell_stands || return 0
  lock "forgetting $server"
  [ -n "$(leader "$api")" ] || exit 3
  others=$(peers "$configDir" "$api")
  [ -n "$(raft_id)" ] || in_gossip || return 0
  cluster_lock "forgetting $server"
  [ "$dead" != yes ] || refuse_if_alive
  limit=$(($(seconds) + 60))
  while :; do
    remove_from_raft
    consul_api "$api" "/v1/agent/force-leave/$server?prune" -X PUT -o /dev/null || true
    consul_api "$api" "/v1/agent/force-leave/$server.$datacenter?prune&wan=1" -X PUT -o /dev/null || true
    [ -n "$(raft_id)" ] || in_gossip || break
    [ "$(seconds)" -lt "$limit" ] || die "$server is still known to the cluster; run it again"
    sleep 0.5
  done
  say "$server is gone from Raft and from gossip"
}

main "$@" </dev/null

#!/bin/sh
# Makes the cluster forget a server that has left or is dead: out of Raft, out of gossip. Runs on a server that stays. Ends
# with 3 where this one cannot tell: its own Consul names no leader, or it is another component's.
# (Departures of 0.1.0 say api and configDir.)
set -eu
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

FORGOTTEN_S=60

# Raft id of the server that goes; by address where a dead one's name has been forgotten already.
raft_id() {
  local raft=''
  raft=$(raft_of "$api") || return
  printf '%s\n' "$raft" | awk -v name="$server" -v address="$address" '
    { ip = $4; sub(/:[0-9]+$/, "", ip); gsub(/[][]/, "", ip) }
    ($1 == name || ($1 !~ /^[a-z0-9-]+$/ && ip == address)) && !n++ { print $2 }'
}

# Is the server a member of a pool? A pool that is not known may have it.
in_gossip() {
  local view=''
  view=$(members_of "$api") || return 0
  ! printf '%s\n' "$view" | grep -q "^$server " || return 0
  view=$(members_of "$api" '?wan=1') || return 0
  printf '%s\n' "$view" | grep -q "^$server\.$datacenter "
}

is_known() {
  local id=''
  id=$(raft_id) || return 0
  [ -n "$id" ] || in_gossip
}

# A server that nobody reaches over SSH may serve its neighbours all the same.
refuse_if_alive() {
  local view=''
  view=$(autopilot_of "$api") || die "whether $server serves its neighbours is not known; nothing was changed"
  ! printf '%s\n' "$view" | grep -q "^$server true .* alive " || ! answers_gossip "$api" "$(with_gossip_port "$address")" ||
    die "$server cannot be reached, but serves its neighbours: it is not taken for dead; nothing was changed"
}

remove_from_raft() {
  local id='' missing=''
  id=$(raft_id) || die "$server stays in Raft's configuration, which cannot be read; run it again"
  [ -n "$id" ] || return 0
  wait_until_well "$BEFORE_S" "$server" "$id" || die "$server stays in Raft's configuration, for the others are not well: $reason"
  missing=$(missing_servers "$server") || die "$server stays in Raft's configuration: which servers belong to the cluster is not known"
  [ -z "$missing" ] || die "$server stays in Raft's configuration: $(printf '%s\n' "$missing" | listed) shall be a voter and is none yet; one server at a time"
  require_cluster_lock "$server stays in Raft's configuration"
  ask "$api" "/v1/operator/raft/peer?id=$id" -X DELETE >/dev/null || say "$server could not be removed from Raft, autopilot may have been faster"
}

main() {
  local limit=''
  owner='' server='' address='' datacenter='' dead=''
  take "name owner server address datacenter dead api configDir" "$@"
  [ -z "$owner" ] || [ "$(owner_id)" = "$owner" ] || exit 3
  find_own_agent || exit 3
  ! teardown_stands || return 0
  lock "forgetting $server"
  names_a_leader "$api" || exit 3
  is_known || return 0
  cluster_lock "forgetting $server"
  [ "$dead" != yes ] || refuse_if_alive
  limit=$(deadline "$FORGOTTEN_S")
  while :; do
    remove_from_raft
    ask "$api" "/v1/agent/force-leave/$server?prune" -X PUT >/dev/null || true
    ask "$api" "/v1/agent/force-leave/$server.$datacenter?prune&wan=1" -X PUT >/dev/null || true
    is_known || break
    ! passed "$limit" || die "$server is still known to the cluster; run it again"
    sleep 0.5
  done
  say "$server is gone from Raft and from gossip"
}

main "$@" </dev/null

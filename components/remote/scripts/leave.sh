#!/bin/sh
# Takes this server, or client agent, out of the service: out of the cluster, in order, where the cluster goes on without it
# (whole=no), then stops it. Its neighbours forget it with forget.sh. With farewell=yes it only notes that the
# whole cluster goes: what leaves from now on leaves without gates, until an activation or a run that sees
# the cluster ready takes that back.
set -eu
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh
# shellcheck source=gates.sh
. /usr/local/lib/consul-cluster/gates.sh
# shellcheck source=cluster-lock.sh
. /usr/local/lib/consul-cluster/cluster-lock.sh

# The cluster has to do without this server before it goes, not after.
leave_cluster() {
  others=$(peers "$configDir" "$api")
  [ -n "$others" ] && bootstrapped || return 0
  find_agent || die "the cluster has no leader, so this server cannot leave it in order; nothing was changed"
  me=$(raft_servers "$api" | awk -v me="$name" '$1 == me { print $4 }')
  [ -n "$me" ] || return 0
  cluster_lock "leaving"
  wait_until_well "$BEFORE" "$name" || die "not taken out, for the others are not well: $reason; nothing was changed"
  missing=$(missing_servers "$name")
  [ -z "$missing" ] || die "not taken out: $missing shall be a voter and is none yet; one server at a time; nothing was changed"
  hand_over_leadership "$me"
  timeout 60 /usr/local/bin/consul leave -http-addr="$api" >/dev/null 2>&1 || say "consul leave did not end well; the neighbours are asked to forget this server"
  say "has left the cluster"
}

# Nobody counts on a client agent's vote, so it waits for nobody.
leave_as_client() {
  timeout 60 /usr/local/bin/consul leave -http-addr="$api" >/dev/null 2>&1 || say "consul leave did not end well; the servers will take this client for failed"
  say "has left the cluster"
}

main() {
  api='' configDir='' whole='' farewell=''
  take "name api configDir whole farewell" "$@"
  [ "$farewell" != yes ] || { touch "$FAREWELL"; return; }
  lock "leaving"
  ! farewell_stands || whole=yes
  if runs && is_client; then leave_as_client
  elif runs && [ "$whole" != yes ]; then leave_cluster
  fi
  # Consul ends with code 1 when it is stopped without leaving: that is no failure.
  timeout 45 systemctl --quiet disable --now consul.service 2>/dev/null || true
  systemctl reset-failed consul.service 2>/dev/null || true
}

main "$@" </dev/null

#!/bin/sh
# Takes this server, or client agent, out of the service: out of the cluster, in order, where the cluster goes on without it
# (whole=no), then stops it. Its peers forget it with force-remove.sh. With teardown=yes it only notes that the whole
# cluster goes: what leaves from now on leaves without gates, until an activation or a run that sees the cluster ready takes
# that back, or teardown=no.
#
# Ends with 5 where the host is another's by now: then nothing here is touched. `owner`: the component that lets it go.
# (Departures of 0.1.0 say farewell, api and configDir.)
set -eu
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

# The cluster has to do without this server before it goes, not after.
leave_cluster() {
  local raft='' me='' missing=''
  [ -n "$(peer_ips)" ] || return 0
  case $(own_evidence) in waiting | nothing) return 0 ;; esac
  await_agent 5 || die "no server that answers names a leader, so this one cannot leave in order; nothing was changed"
  raft=$(raft_of "$via") || die "Raft's configuration cannot be read at $via, so this server cannot leave in order; nothing was changed"
  me=$(printf '%s\n' "$raft" | awk -v me="$name" '$1 == me { print $4 }')
  [ -n "$me" ] || return 0
  cluster_lock "leaving"
  wait_until_well "$BEFORE_S" "$name" || die "not taken out, for the others are not well: $reason; nothing was changed"
  missing=$(missing_servers "$name") || die "not taken out: which servers belong to the cluster is not known; nothing was changed"
  [ -z "$missing" ] || die "not taken out: $(printf '%s\n' "$missing" | listed) shall be a voter and is none yet; one server at a time; nothing was changed"
  require_cluster_lock "not taken out"
  hand_over_leadership "$me"
  # shellcheck disable=SC2046  # an argument, or none
  timeout 60 "$BINARY" leave -http-addr="$api" $(token_argument "$(tokens_for /v1/agent/leave)") >/dev/null 2>&1 || say "consul leave did not end well; the peers are asked to forget this server"
  say "has left the cluster"
}

# Nobody counts on a client agent's vote, so it waits for nobody.
leave_as_client() {
  # shellcheck disable=SC2046  # an argument, or none
  timeout 60 "$BINARY" leave -http-addr="$api" $(token_argument "$(tokens_for /v1/agent/leave)") >/dev/null 2>&1 || say "consul leave did not end well; the servers will take this client for failed"
  say "has left the cluster"
}

main() {
  local pid=''
  owner='' whole='' teardown='' farewell=''
  take "name owner whole teardown farewell api configDir" "$@"
  refuse_an_older_departure
  is_let_go_by_its_owner || { say "is $(owner_name)'s by now, so nothing here is touched"; exit 5; }
  if [ "$teardown" = no ]; then
    rm -f "$TEARDOWN"
    return
  fi
  if [ "$teardown" = yes ] || [ "$farewell" = yes ]; then
    note_teardown
    return
  fi
  lock "leaving"
  find_own_agent || true
  # A run that takes the whole cluster away says so itself; the note is for the one after it was cut off.
  [ "$whole" = yes ] || ! teardown_stands || whole=yes
  if runs && is_client; then leave_as_client
  elif runs && [ "$whole" != yes ]; then leave_cluster
  fi
  # Consul ends with code 1 when it is stopped without leaving: that is no failure.
  timeout 45 systemctl --quiet disable --now "$SERVICE" 2>/dev/null || true
  pid=$(service_property MainPID)
  [ "$pid" = 0 ] || die "Consul does not stop (process $pid); nothing of it was removed; run it again"
  systemctl reset-failed "$SERVICE" 2>/dev/null || true
}

main "$@" </dev/null

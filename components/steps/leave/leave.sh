#!/bin/sh
# Takes this server, or client agent, out of the service: out of the cluster, in order, where the cluster goes on without it
# (whole=no), then stops it. Its peers forget it with force-remove.sh. With teardown=yes it only notes that the whole
# cluster goes: what leaves from now on leaves without gates, until an activation or a run that sees the cluster ready takes
# that back, or teardown=no.
#
# Ends with 5 where the host is another component's by now, and with 4 where it is another server's or client's of the
# same: then nothing here is touched. `owner`: the component that lets it go.
# (Departures of 0.1.0 say farewell, api and configDir.)
set -eu
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

# This server's address in Raft's configuration $1: by its name, or by its place, where that is forgotten, as of one that is
# outside of gossip. It may even lead. Nothing where it is not in there.
own_place() {
  printf '%s\n' "$1" | awk -v me="$name" -v place="$(applied_fact raft_address)" '
    $1 == me { named = $4 }
    $4 == place { there = $4 }
    END { print named != "" ? named : there }'
}

# The cluster has to do without this server before it goes, not after.
leave_cluster() {
  local raft='' me='' missing='' status=0
  require_facts
  [ -n "$(peer_ips)" ] || return 0
  case $(own_evidence) in waiting | nothing) return 0 ;; esac
  await_agent 5 || die "no server that answers names a leader, so this one cannot leave in order; nothing was changed"
  raft=$(raft_of "$via") || status=$?
  [ "$status" -eq 0 ] || die "Raft's configuration cannot be read, for $via $(answer_words "$status"), so this server cannot leave in order; nothing was changed"
  me=$(own_place "$raft")
  [ -n "$me" ] || return 0
  cluster_lock "leaving"
  wait_until_well "$BEFORE_S" "$name" || die "not taken out, for the others are not well: $reason; nothing was changed"
  missing=$(missing_servers "$name") || die "not taken out: which servers belong to the cluster is not known; nothing was changed"
  [ -z "$missing" ] || die "not taken out: $(printf '%s\n' "$missing" | listed) shall be a voter and is none yet; one server at a time; nothing was changed"
  require_cluster_lock "not taken out"
  hand_over_leadership "$me"
  require_answering_voters "not taken out"
  # shellcheck disable=SC2046  # arguments, or none
  timeout 60 "$BINARY" leave -http-addr="$api" $(tls_arguments "$api") $(token_argument "$(agent_token)") >/dev/null 2>&1 || say "consul leave did not end well; the peers are asked to forget this server"
  say "has left the cluster"
}

# Nobody counts on a client agent's vote, so it waits for nobody.
leave_as_client() {
  # shellcheck disable=SC2046  # an argument, or none
  timeout 60 "$BINARY" leave -http-addr="$api" $(token_argument "$(agent_token)") >/dev/null 2>&1 || say "consul leave did not end well; the servers will take this client for failed"
  say "has left the cluster"
}

main() {
  local pid=''
  owner='' whole='' teardown='' farewell=''
  take "name owner whole teardown farewell api configDir" "$@"
  refuse_an_older_departure
  ! yields_to_another_owner || exit 5
  if [ "$teardown" = no ]; then
    rm -f "$TEARDOWN"
    return
  fi
  if [ "$teardown" = yes ] || [ "$farewell" = yes ]; then
    note_teardown
    return
  fi
  ! yields_to_another_server || exit 4
  lock "leaving"
  # Who held it may have made the host somebody else's.
  ! yields_to_another_owner || exit 5
  ! yields_to_another_server || exit 4
  # Where they cannot be had, only who leaves a cluster that stays has to have them.
  restore_facts || true
  find_own_agent || true
  # A run that takes the whole cluster away says so itself; the note is for the one after it was cut off.
  [ "$whole" = yes ] || ! teardown_stands || whole=yes
  if [ "$whole" != yes ] && [ -e "$TEARDOWN" ] && ! teardown_is_recent; then
    say "that the whole cluster goes was noted here more than an hour ago, or before this host was started, and does not count any more. Where it is to go, run \`pulumi up\`, and then \`pulumi destroy\`"
  fi
  if runs && is_client; then leave_as_client
  elif runs && [ "$whole" != yes ]; then leave_cluster
  fi
  # Whatever comes of this departure, the next run that stages here finds the agent to be started again.
  ! is_applied || note_switch
  # Consul ends with code 1 when it is stopped without leaving: that is no failure.
  timeout 45 systemctl --quiet disable --now "$SERVICE" 2>/dev/null || true
  pid=$(service_property MainPID)
  [ "$pid" = 0 ] || die "Consul does not stop (process $pid); nothing of it was removed; run it again"
  systemctl reset-failed "$SERVICE" 2>/dev/null || true
}

main "$@" </dev/null

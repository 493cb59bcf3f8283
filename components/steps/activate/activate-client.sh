#!/bin/sh
# Switches this client agent to its staged set: starts Consul, reloads it or restarts it, or does nothing where
# the set runs already. What shall run arrives on stdin, as for a server (see activate.sh).
#
# Nobody counts on a client's vote, so it asks no server before it restarts. Afterwards it has to know a leader and to
# be alive in the pool, or it gets its previous release and settings back.
# globals: reason
set -eu
umask 027
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

CLIENT_BEFORE_S=30 # to wait for a leader, before a change
CLIENT_AFTER_S=60  # for a client to be back, after a change

# ---------------------------------------------------------------- is it well?

# $1: release, $2: node id before. Leaves the reason in $reason where it is not back.
client_is_back() {
  if ! is_desired_agent "$1" "$2"; then explain_silence; return 1; fi
  reason="it knows no leader: none of the servers in its settings could be joined, or they have none, or they talk TLS alone, for which the ConsulClient has to have tls"
  names_a_leader "$api" || return 1
  reason="it is not alive in the pool"
  members_of "$api" | grep -q "^$name 1 client " || return 1
  agent_token_is_known
}

# With TLS Consul opens no HTTP before a server has given it a certificate, and tries again and again until one does: no crash.
waits_for_certificate() {
  local place="${api#http://}" ip=''
  ip=${place%:*}
  ip=${ip#[}
  [ -n "$(staged_certificate)" ] && runs && [ "$(probe "${ip%]}" "${place##*:}")" = refused ]
}

explain_silence() {
  waits_for_certificate || return 0
  reason="$reason: with TLS it opens no HTTP before a server has given it a certificate, and none of those in its settings has: they are not reached at port 8300 (another one: extraConfig.ports.server), have no leader, are not in the mode preferred or required, have another CA, or ask for an agentToken that they know"
}

gate_after_restart() {
  local limit=''
  limit=$(deadline "$CLIENT_AFTER_S")
  until client_is_back "$1" "$2"; do
    ! crash_looping || return 1
    ! passed "$limit" || return 1
    sleep 0.2
  done
}

# No leader is known, and the cause is a setting that Consul reads only at its start (retry_join, TLS, the gossip key): a reload would
# not help. Or Consul waits for a certificate, asking every ten minutes at most: after a restart it asks at once.
needs_rejoin() {
  ! names_a_leader "$api" &&
    { differs neighbours || differs certificate || ! uses_staged_key || waits_for_certificate; }
}

# What restarts while there is no leader could not show that it is back.
client_gate_before_restart() {
  ! needs_rejoin && is_applied && ! was_crash_looping || return 0
  within "$CLIENT_BEFORE_S" names_a_leader "$api" ||
    die "not restarted, for it knows no leader now: see to the servers first; nothing was changed"
}

# The servers' rotation is over before a client's turn comes. So whatever else the keyring holds is of yesterday.
forget_stale_keyring() { uses_staged_key || remove_stale_keyring; }

# ---------------------------------------------------------------- the actions

start() {
  forget_stale_keyring
  switch_over
  watch_crashes
  systemctl start --no-block "$SERVICE"
  look_at_the_new_set
  gate_after_restart "$release" '' || roll_back
  switch_is_whole
}

restart() {
  local node=''
  if read_self "$api"; then node=$self_node; fi
  client_gate_before_restart
  # Not before the old process is gone: it would write the keyring again.
  if needs_rejoin; then stop_service; forget_stale_keyring; fi
  switch_over
  restart_service
  look_at_the_new_set
  gate_after_restart "$release" "$node" || roll_back
  switch_is_whole
}

# The explicit wish to begin again with empty hands. It leaves first: the servers would keep its name for the node
# that it was.
wipe() {
  if runs; then
    # shellcheck disable=SC2046  # an argument, or none
    timeout 30 "$BINARY" leave -http-addr="$api" $(token_argument "$(agent_token)") >/dev/null 2>&1 || true
    stop_service
  fi
  empty_data_folder
  note_wipe
  start
}

no_op() {
  restore_damaged_set
  gate_after_restart "$release" '' || die "nothing to do here, but this client is not well: $reason"
}

main() {
  local action=''
  owner=''
  take "name owner" "$@"
  lock "activation"
  require_owner
  require_facts
  read_desired
  find_own_agent || true
  action=$(choose_action)
  case $action in
    no_op | record_only | reload) ! needs_rejoin || action=restart ;;
  esac
  "$action"
  note_wipe
  say_what_was_done "$action"
}

main "$@"

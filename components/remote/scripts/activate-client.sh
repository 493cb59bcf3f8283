#!/bin/sh
# Switches this client agent to its staged set: starts Consul, reloads it or restarts it, or does nothing where
# the set runs already. What shall run arrives on stdin, as for a server (see activate.sh).
#
# Nobody counts on a client's vote, so it asks no server before it restarts. Afterwards it has to know a leader and to
# be alive in the pool, or it gets its previous release and settings back.
set -eu
umask 027
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh
# shellcheck source=gossip.sh
. /usr/local/lib/consul-cluster/gossip.sh
# shellcheck source=switch.sh
. /usr/local/lib/consul-cluster/switch.sh
# shellcheck source=wayback.sh
. /usr/local/lib/consul-cluster/wayback.sh
# shellcheck source=activation.sh
. /usr/local/lib/consul-cluster/activation.sh

BEFORE=30 # seconds to wait for a leader, before a change
AFTER=60  # seconds for a client to be back, after a change

# ---------------------------------------------------------------- is it well?

# $1: release, $2: node id before. Leaves the reason in $reason where it is not back.
back() {
  is_wanted_agent "$1" "$2" || return 1
  reason="it knows no leader: none of the servers in its settings could be joined, or they have none"
  [ -n "$(leader "$api")" ] || return 1
  reason="it is not alive in the pool"
  members "$api" | grep -qx "$name 1 client"
}

gate_after_restart() {
  limit=$(($(seconds) + AFTER))
  until back "$1" "$2"; do
    ! ends_at_once || return 1
    [ "$(seconds)" -lt "$limit" ] || return 1
    sleep 0.2
  done
}

# Out of the pool, and by what is read at a start alone: whom to join, and the gossip key, where a rotation did not
# reach it.
lost() { [ -z "$(leader "$api")" ] && { differs neighbours || ! uses_staged_key; }; }

# What restarts while there is no leader could not show that it is back.
gate_before_restart() {
  ! lost && [ -e "$STATE/active" ] || return 0
  limit=$(($(seconds) + BEFORE))
  until [ -n "$(leader "$api")" ]; do
    [ "$(seconds)" -lt "$limit" ] || die "not restarted, for it knows no leader now: see to the servers first; nothing was changed"
    sleep 0.5
  done
}

# ---------------------------------------------------------------- the gossip key

uses_staged_key() {
  staged_key "$STATE/key"
  uses=no
  if gossip_uses "$STATE/key"; then uses=yes; fi
  rm -f "$STATE/key"
  [ "$uses" = yes ]
}

# The servers' rotation is over before a client's turn comes. So whatever else the keyring holds is of yesterday,
# and without it Consul takes the key of its settings.
forget_stale_keyring() {
  if ! uses_staged_key; then
    rm -f "$dataDir/serf/local.keyring"
    say "keyring with another gossip key removed"
  fi
}

# ---------------------------------------------------------------- the actions

start() {
  forget_stale_keyring
  switch_over
  systemctl start --no-block consul.service
  gate_after_restart "$release" '' || go_back
  switch_is_whole
}

restart() {
  node=$(cat "$dataDir/node-id" 2>/dev/null || true)
  gate_before_restart
  # Not before the old process is gone: it would write the keyring again.
  if lost; then timeout 60 systemctl stop consul.service || true; forget_stale_keyring; fi
  switch_over
  # Not before the old process is gone: it would answer for the new one.
  timeout 60 systemctl restart consul.service || true
  gate_after_restart "$release" "$node" || go_back
  switch_is_whole
}

# The explicit wish to begin again with empty hands. It leaves first: the servers would keep its name for the node
# that it was.
wipe() {
  if runs; then
    timeout 30 /usr/local/bin/consul leave -http-addr="$api" >/dev/null 2>&1 || true
    timeout 60 systemctl stop consul.service || true
  fi
  find "$dataDir" -mindepth 1 -delete
  say "$dataDir wiped"
  start
}

nothing() {
  gate_after_restart "$release" '' || die "nothing to do here, but this client is not well: $reason"
}

main() {
  api='' dataDir='' configDir=''
  take "name api dataDir configDir" "$@"
  text=$(cat)
  lock "activation"
  # There is a cluster: a client bootstraps none.
  # shellcheck disable=SC2034  # for switch.sh
  cluster=yes
  wanted=$STATE/wanted
  printf '%s\n' "$text" >"$wanted"
  check_staged
  action=$(choose_action)
  case $action in
    nothing | note | reload) ! lost || action=restart ;;
  esac
  "$action"
  say_what_was_done "$action"
}

main "$@"

#!/bin/sh
# Lays the agent's secret settings next to what runs: the gossip key now, private keys and tokens later. They arrive on
# stdin and lie in files that only root reads until they are activated.
# globals: incoming
set -eu
umask 077
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

# Other secrets under the same label come from a state that was lost, not from a rotation.
refuse_a_silent_change() {
  [ -e "$STAGED/secrets/label" ] && same_file "$STAGED/secrets/label" "$incoming/label" || return 0
  ! same_file "$STAGED/secrets/30-secrets.json" "$incoming/30-secrets.json" || return 0
  rm -rf "$incoming"
  die "these secrets are others than those that this host has as $(cat "$STAGED/secrets/label"): was the stack's state lost? Hand the cluster's key in as gossipKey, or rotate; nothing was changed"
}

main() {
  take "name" "$@"
  lock "secrets"
  mkdir -p "$STAGED"
  incoming=$STAGED/incoming
  unpack_files "$incoming"
  [ "$(cat "$incoming/owner")" = "$(owner_id)" ] ||
    { rm -rf "$incoming"; die "this host is $(owner_name)'s, and not that of this run; nothing was changed"; }
  refuse_a_silent_change
  rm -rf "$STAGED/secrets"
  mv "$incoming" "$STAGED/secrets"
  say "secrets staged"
}

main "$@"

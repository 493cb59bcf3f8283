# shellcheck shell=sh
# shellcheck disable=SC2154  # via is an agent that names a leader
# The staged gossip key against the one in the keyring of this host's agent. Consul takes the key of its settings only
# while it has no keyring of its own.

STAGED_KEY=$STAGED/secrets/gossip-key
POOL_SAYS_S=15

# Is the staged key the one that the agent here encrypts with, or would with its settings?
uses_staged_key() {
  local ring=''
  ring=$(ring_key "$(staged_fact data_dir)")
  [ -z "$ring" ] || printf '%s\n' "$ring" | grep -qxF -f "$STAGED_KEY"
}

# Does the pool that serves use the staged key already? Then an agent here with another one is out of it by mistake.
pool_uses_staged_key() { all_members "$STAGED_KEY" 3; }

# Is the key in the keyring here a mistake? The pool says so; while a member is away it may not say for a while, and then the
# own record does: the staged key is the one that was applied here. Asked is who is in that pool: this one may be alone in its own, and
# lead the cluster all the same.
keyring_is_stale() {
  local limit='' state='' via=''
  limit=$(deadline "$POOL_SAYS_S")
  until via=$(peer_of_the_majority) && state=$(keyring_state "$STAGED_KEY"); do
    if passed "$limit"; then ! differs secrets; return; fi
    sleep 0.5
  done
  printf '%s\n' "$state" | awk '$3 != $1 { other = 1 } END { exit other }'
}

# An agent that is out of the pool for its keyring's sake gets the key of its settings at its next start. Only while it is
# stopped: it would write the keyring again.
remove_stale_keyring() {
  local folder=''
  folder=$(staged_fact data_dir)
  rm -f "$folder/serf/local.keyring" "$folder/serf/remote.keyring"
  say "keyring with another gossip key removed"
}

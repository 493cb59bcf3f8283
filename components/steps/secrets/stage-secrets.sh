#!/bin/sh
# Lays the agent's secret settings next to what runs: the gossip key, the tokens where there are ACLs, the certificate where there is TLS. They arrive on
# stdin and lie in files that only root reads until they are activated.
# globals: incoming
set -eu
umask 077
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

# Other secrets under the same label come from a state that was lost, not from a rotation.
refuse_a_silent_change() {
  local label=''
  label=$(cat "$incoming/label")
  if is_another label gossip-key; then
    rm -rf "$incoming"
    die "these secrets are others than those that this host has as $label: was the stack's state lost? Hand the cluster's key in as gossipKey, or rotate; nothing was changed"
  fi
  if is_another tokens-label recovery.token || is_another tokens-label management.token; then
    rm -rf "$incoming"
    die "these ACL tokens are others than those that this host has: was the stack's state lost? Bring it back, for what runs knows no others; nothing was changed"
  fi
}

# A label names the CAs. Others under the same one were made by a run whose state is not this one, or is older than what runs.
refuse_cas_of_another_state() {
  if is_another certificate-label tls-ca.pem; then
    rm -rf "$incoming"
    die "the CAs of these certificates are others than those that this host has under the same names: was the stack's state lost, or an older one brought back? Bring the newest back, or give the CA that was made anew a number that was never used (tls.authorities); nothing was changed"
  fi
}

# Certificates come anew again and again, and other CAs beside the one that is trusted. But who trusts none of those that what runs
# trusts is cut off from the others, and has lost its state rather.
refuse_strange_cas() {
  local known=''
  known=$(applied_ca) && [ -e "$incoming/tls-ca.pem" ] && ! have_one_in_common "$known" "$incoming/tls-ca.pem" || return 0
  rm -rf "$incoming"
  die "the CA of these certificates is another one than that of what runs here, which trusts no other: was the stack's state lost? Bring it back, or keep the CA that was handed in; another one is trusted beside it first (docs/security.md, \"Another CA\"); nothing was changed"
}

# Is a certificate of the file $1 in the file $2, too? Both are written alike.
have_one_in_common() {
  awk '
    { block = block $0 }
    /-END CERTIFICATE-/ { if (FNR == NR) known[block] = 1; else if (block in known) found = 1; block = "" }
    END { exit !found }' "$1" "$2"
}

# Is the secret in the file $2 another one than the staged or the applied one, under the same label $1?
is_another() { is_another_in "$STAGED/secrets" "$1" "$2" || is_another_in "$APPLIED_SECRETS" "$1" "$2"; }

# What was damaged there says nothing: it is to be laid down again.
is_another_in() {
  [ -e "$1/$3" ] && same_file "$1/$2" "$incoming/$2" && ! same_file "$1/$3" "$incoming/$3" &&
    ! damaged_secrets "$1" | grep -qxF "$3"
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
  refuse_strange_cas
  refuse_cas_of_another_state
  note_checksums "$incoming"
  flush "$incoming/checksums"
  rm -rf "$STAGED/secrets"
  mv "$incoming" "$STAGED/secrets"
  say "secrets staged"
}

main "$@"

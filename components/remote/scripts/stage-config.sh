#!/bin/sh
# Lays the server's plain settings next to what runs, then checks the whole staged set - release,
# settings, secrets - with the staged binary as the user consul. It is the last step before the barrier:
# where it passes on every server, the chain of activations may begin.
set -eu
umask 077
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh

# Consul takes the gossip key from its settings only while it has no keyring of its own.
check_gossip_key() {
  keyring=$dataDir/serf/local.keyring
  [ -s "$keyring" ] || return 0
  sed -n 's/.*"encrypt": "\([^"]*\)".*/\1/p' "$STAGED/secrets/30-secrets.json" >"$candidate/key"
  grep -qF -f "$candidate/key" "$keyring" ||
    die "this server's keyring does not hold the gossip key of the settings, and Consul would go on with the old one; changing the key of a running cluster is not supported yet; nothing that runs was touched"
  rm -f "$candidate/key"
}

# Consul's complaint, should it ever quote a secret, without it.
without_secrets() {
  awk 'NR == FNR { if (match($0, /: "[^"]+"/)) secret[substr($0, RSTART + 3, RLENGTH - 4)]; next }
       { for (s in secret) while (i = index($0, s)) $0 = substr($0, 1, i - 1) "[secret]" substr($0, i + length(s)); print }' \
    "$STAGED/secrets/30-secrets.json" -
}

verify() {
  # In memory, and gone when the script ends.
  mkdir -p /run/consul-cluster
  chmod 0755 /run/consul-cluster
  candidate=$(mktemp -d /run/consul-cluster/candidate.XXXXXX)
  trap 'rm -rf "$candidate"' EXIT
  trap 'exit 1' HUP INT TERM
  check_gossip_key
  cp "$STAGED"/config/*.json "$STAGED"/secrets/*.json "$candidate/"
  chgrp -R consul "$candidate"
  chmod 0750 "$candidate"
  chmod 0640 "$candidate"/*.json
  if ! verdict=$(timeout 30 runuser -u consul -- "$RELEASES/$version/consul" validate "$candidate" 2>&1); then
    die "Consul $version refuses the settings; nothing that runs was touched:
$(printf '%s\n' "$verdict" | sed "s|$candidate/||g" | without_secrets)"
  fi
}

main() {
  version='' secrets='' dataDir=''
  take "name version secrets dataDir" "$@"
  lock "config"
  mkdir -p "$STAGED"
  unpack_files "$STAGED/config"
  found=$(digest "$STAGED/secrets/30-secrets.json")
  [ "$found" = "$secrets" ] || die "the staged secrets are not those of this run ($found, not $secrets); run it again"
  verify
  say "settings staged and verified with Consul $version"
}

main "$@"

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

# Consul cannot read the data of a newer release for certain: who goes back says so by name.
check_downgrade() {
  runs=$(sed -n 's/^release //p' "$STATE/active" 2>/dev/null || true)
  [ -n "$runs" ] && [ "$runs" != "$version" ] && [ "$allowDowngradeTo" != "$version" ] || return 0
  [ "$(printf '%s\n%s\n' "$runs" "$version" | sort -V | head -n 1)" = "$runs" ] ||
    die "Consul $runs runs here, and Consul does not support a downgrade to $version; restore a snapshot instead, or set allowDowngradeTo: $version; nothing that runs was touched"
}

# `consul validate` never opens them, and Consul would not start.
check_certificate_files() {
  sed -n 's/^ *"\(ca_file\|cert_file\|key_file\|ca_path\)": "\(.*\)",\{0,1\}$/\2/p' "$STAGED"/config/*.json |
    sort -u | while read -r file; do
    runuser -u consul -- test -r "$file" </dev/null ||
      die "the settings name $file, which the user consul cannot read; nothing that runs was touched"
  done
}

verify() {
  # In memory, and gone when the script ends.
  mkdir -p /run/consul-cluster
  chmod 0755 /run/consul-cluster
  candidate=$(mktemp -d /run/consul-cluster/candidate.XXXXXX)
  trap 'rm -rf "$candidate"' EXIT
  trap 'exit 1' HUP INT TERM
  check_gossip_key
  check_certificate_files
  cp "$STAGED"/config/*.json "$STAGED"/secrets/*.json "$candidate/"
  chgrp -R consul "$candidate"
  chmod 0750 "$candidate"
  chmod 0640 "$candidate"/*.json
  if ! verdict=$(timeout 30 runuser -u consul -- "$RELEASES/$version/consul" validate "$candidate" 2>&1); then
    die "Consul $version refuses the settings; nothing that runs was touched:
$(printf '%s\n' "$verdict" | sed "s|$candidate/||g" | without_secrets "$STAGED/secrets")"
  fi
}

main() {
  version='' allowDowngradeTo='' secrets='' dataDir=''
  take "name version allowDowngradeTo secrets dataDir" "$@"
  lock "config"
  mkdir -p "$STAGED"
  unpack_files "$STAGED/config"
  found=$(digest "$STAGED/secrets/30-secrets.json")
  [ "$found" = "$secrets" ] || die "the staged secrets are not those of this run ($found, not $secrets); run it again"
  check_downgrade
  verify
  say "settings staged and verified with Consul $version"
}

main "$@"

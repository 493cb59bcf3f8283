#!/bin/sh
# Lays the plain settings of a server, or of a client agent, next to what runs, then checks the whole staged set - release,
# settings, secrets - with the staged binary as the user consul. It is the last step before the barrier:
# where it passes on every server, the chain of activations may begin.
set -eu
umask 077
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh
# shellcheck source=gossip.sh
. /usr/local/lib/consul-cluster/gossip.sh
# shellcheck source=quorum.sh
. /usr/local/lib/consul-cluster/quorum.sh

# Data that is about to be given up is nobody's trouble; the mark of a wipe that was done says nothing.
will_be_wiped() {
  [ -n "$wipeData" ] && [ "$wipeData" != "$(sed -n 's/^wipe-data //p' "$STATE/active" 2>/dev/null)" ]
}

# Another key than the one in use is a rotation, which needs every member: looked at now, before any server
# changes, and again when it begins.
check_gossip_key() {
  staged_key "$candidate/key"
  if ! gossip_uses "$candidate/key"; then
    others=$(peers "$STAGED/config" "$api")
    find_agent || die "the gossip key of the settings is not the one in this server's keyring, and it can be changed in a running cluster only: start it with its previous key; nothing that runs was touched"
    refuse_while_a_member_is_down
  fi
  rm -f "$candidate/key"
}

# A client agent gets another key by the servers' rotation, which is over before a client is staged. It may be a
# moment on its way; another one than the pool's would lock the client out at its next start from nothing.
check_key_of_client() {
  runs && [ -n "$(leader "$api")" ] || return 0
  staged_key "$candidate/key"
  limit=$(($(seconds) + 15))
  until gossip_uses "$candidate/key"; do
    [ "$(seconds)" -lt "$limit" ] || die "the gossip key of the settings is not the one of the pool that this client is in; rotate it on the servers, whose run brings it here, too; nothing that runs was touched"
    sleep 0.5
  done
  rm -f "$candidate/key"
}

# Said here, where the servers that are left are reached, before the run gives up on those that are not.
check_quorum() {
  runs && bootstrapped || return 0
  others=$(peers "$STAGED/config" "$api")
  ! find_agent || return 0
  sleep 5 # an election
  find_agent || die_without_quorum "$STAGED/config"
}

# Consul refuses to rejoin with data older than a week (server_rejoin_age_max), after a minute of trying.
check_data_age() {
  seen=$(grep -o '"last_seen_unix":[0-9]*' "$dataDir/server_metadata.json" 2>/dev/null | tr -dc 0-9) || return 0
  [ -n "$seen" ] || return 0
  days=$((($(date +%s) - seen) / 86400))
  [ "$days" -lt 7 ] ||
    die "the data in $dataDir is $days days old, and Consul refuses to join with it; where the other servers hold what is newer, set wipeData for this server and it begins anew; nothing that runs was touched"
}

# Consul cannot read the data of a newer release for certain: who goes back says so by name.
check_downgrade() {
  runs=$(sed -n 's/^release //p' "$STATE/active" 2>/dev/null || true)
  [ -n "$runs" ] && [ "$runs" != "$version" ] && [ "$allowDowngradeTo" != "$version" ] || return 0
  # With a tilde, a candidate comes before its release.
  [ "$(printf '%s\n%s\n' "$runs" "$version" | tr - '~' | sort -V | head -n 1 | tr '~' -)" = "$runs" ] ||
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
  if is_client; then
    will_be_wiped || check_key_of_client
  else
    check_quorum
    will_be_wiped || { check_data_age; check_gossip_key; }
    cp "$STAGED/config/bootstrap.json" "$candidate/"
  fi
  check_certificate_files
  cp "$STAGED"/config/[0-9]*.json "$STAGED"/secrets/*.json "$candidate/"
  chgrp -R consul "$candidate"
  chmod 0750 "$candidate"
  chmod 0640 "$candidate"/*.json
  if ! verdict=$(timeout 30 runuser -u consul -- "$RELEASES/$version/consul" validate "$candidate" 2>&1); then
    die "Consul $version refuses the settings; nothing that runs was touched:
$(printf '%s\n' "$verdict" | sed "s|$candidate/||g" | without_secrets "$STAGED/secrets")"
  fi
}

main() {
  version='' allowDowngradeTo='' secrets='' api='' dataDir='' wipeData=''
  take "name version allowDowngradeTo secrets api dataDir wipeData" "$@"
  lock "config"
  mkdir -p "$STAGED"
  unpack_files "$STAGED/config"
  found=$(cat "$STAGED/secrets/label")
  [ "$found" = "$secrets" ] || die "the staged secrets are not those of this run ($found, not $secrets); run it again"
  is_client || check_downgrade
  verify
  say "settings staged and verified with Consul $version"
}

main "$@"

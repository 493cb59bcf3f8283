#!/bin/sh
# Removes what install-release.sh has made: releases, the staged files with their secrets, these scripts,
# the user. Consul's data stays on the host, and is named.
set -eu
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh

main() {
  dataDir=''
  take "name dataDir" "$@"
  lock "removal"
  rm -f /usr/local/bin/consul
  rm -rf "$RELEASES" "$STATE" "$LIBRARY"
  rmdir "${STATE%/*}" 2>/dev/null || true
  userdel consul 2>/dev/null || true
  if [ -n "$(ls -A "$dataDir" 2>/dev/null)" ]; then
    say "Consul's data stays in $dataDir"
  else
    rmdir "$dataDir" 2>/dev/null || true
  fi
  rm -rf /run/consul-cluster
}

# Read whole before it runs: it removes its own file.
main "$@" </dev/null

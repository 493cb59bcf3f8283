#!/bin/sh
# Removes everything that was made on this host: unit, settings, releases, staged files with their secrets,
# these scripts, the user. Consul's data stays and is named, unless removeData=yes.
set -eu
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh

# The same host may be in use under a new address, staged already.
has_another_address() {
  staged=$(sed -n 's/^ *"advertise_addr": "\(.*\)",\{0,1\}$/\1/p' "$STAGED"/config/10-*.json 2>/dev/null)
  [ -n "$staged" ] && [ "$staged" != "$address" ]
}

main() {
  address='' dataDir='' configDir='' removeData=''
  take "name address dataDir configDir removeData" "$@"
  if has_another_address; then
    say "stays in use, for the address $staged"
    return
  fi
  lock "removal"
  rm -f "$UNIT" "$ENVIRONMENT"
  systemctl daemon-reload
  [ ! -L "$configDir" ] || rm -f "$configDir"
  rm -f /usr/local/bin/consul
  rm -rf "$configDir.sets" "$RELEASES" "$STATE" "$LIBRARY"
  [ "$removeData" != yes ] || rm -rf "$dataDir" "$SNAPSHOTS"
  rmdir "${STATE%/*}" 2>/dev/null || true
  userdel consul 2>/dev/null || true
  if [ -n "$(ls -A "$dataDir" 2>/dev/null)" ]; then
    say "service, settings and release removed; Consul's data stays in $dataDir"
  else
    rmdir "$dataDir" 2>/dev/null || true
    say "service, settings and release removed"
  fi
  rm -rf /run/consul-cluster
}

# Read whole before it runs: it removes its own file.
main "$@" </dev/null

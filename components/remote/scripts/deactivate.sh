#!/bin/sh
# Takes the service away: stops Consul, removes unit, environment and settings. Data stays.
set -eu
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh

main() {
  configDir=''
  take "name configDir" "$@"
  lock "removal"
  # Consul ends with code 1 when it is stopped without leaving: that is no failure.
  timeout 45 systemctl --quiet disable --now consul.service 2>/dev/null || true
  systemctl reset-failed consul.service 2>/dev/null || true
  rm -f "$UNIT" "$ENVIRONMENT" "$STATE/active"
  systemctl daemon-reload
  [ ! -L "$configDir" ] || rm -f "$configDir"
  rm -rf "$configDir.sets"
  say "service and settings removed"
}

main "$@" </dev/null

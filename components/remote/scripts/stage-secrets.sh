#!/bin/sh
# Lays the server's secret settings next to what runs: gossip key now, private keys and tokens later.
# They arrive on stdin and lie in files that only root reads until they are activated.
set -eu
umask 077
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh

main() {
  take "name" "$@"
  lock "secrets"
  mkdir -p "$STAGED"
  unpack_files "$STAGED/secrets"
  say "secrets staged"
}

main "$@"

#!/bin/sh
# Makes the pool forget a client agent that has left or is dead. Runs on a client that stays. Ends with 3 where
# this one cannot do it, because its own Consul is not in the pool.
set -eu
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh

TIMEOUT=20 # seconds; gossip takes a client that is dead for failed after some ten

main() {
  api='' client=''
  take "name api client" "$@"
  [ -n "$(leader "$api")" ] || exit 3
  limit=$(($(seconds) + TIMEOUT))
  while member=$(members "$api" | grep "^$client "); do
    # Whoever is alive refutes it.
    case $member in
      "$client 1 "*) ;;
      *) consul_api "$api" "/v1/agent/force-leave/$client?prune" -f -X PUT -o /dev/null || true ;;
    esac
    [ "$(seconds)" -lt "$limit" ] || { say "$client stays a member of the pool: $(state)"; return; }
    sleep 0.5
  done
  say "$client is gone from the pool"
}

state() {
  case $member in
    "$client 1 "*) echo "it is alive; stop its Consul, or take it out with \`consul force-leave -prune $client\` once it is gone" ;;
    *) echo "take it out with \`consul force-leave -prune $client\`" ;;
  esac
}

main "$@" </dev/null

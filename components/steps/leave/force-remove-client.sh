#!/bin/sh
# Makes the pool forget a client agent that has left or is dead. Runs on a client that stays. Ends with 3 where this one
# cannot do it, because its own Consul is not in the pool, or does not tell who is.
# (Departures of 0.1.0 say api.)
set -eu
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

FORGOTTEN_S=20 # gossip takes a client that is dead for failed after some ten

# The client's line in the pool.
member_line() {
  local view=''
  view=$(members_of "$api") || exit 3
  printf '%s\n' "$view" | grep "^$client " || true
}

main() {
  local limit='' member='' state=''
  owner='' client=''
  take "name owner client api" "$@"
  [ -z "$owner" ] || [ "$(owner_id)" = "$owner" ] || exit 3
  find_own_agent && names_a_leader "$api" || exit 3
  limit=$(deadline "$FORGOTTEN_S")
  while :; do
    member=$(member_line)
    [ -n "$member" ] || break
    case $member in
      # Whoever is alive refutes it.
      "$client 1 "*) state="it is alive; stop its Consul, or take it out with \`consul force-leave -prune $client\` once it is gone" ;;
      *)
        state="take it out with \`consul force-leave -prune $client\`"
        ask "$api" "/v1/agent/force-leave/$client?prune" -X PUT >/dev/null || true
        ;;
    esac
    ! passed "$limit" || { say "$client stays a member of the pool: $state"; return; }
    sleep 0.5
  done
  say "$client is gone from the pool"
}

main "$@" </dev/null

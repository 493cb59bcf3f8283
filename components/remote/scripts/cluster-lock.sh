# shellcheck shell=sh
# shellcheck disable=SC2154  # name, api and others are the script's that sources this file
# One change at a time in the whole cluster: two runs that each look at a healthy cluster would else restart
# two servers at once. Sourced after lib.sh, by scripts that hold the lock of their host.
#
# The lock is a key of Consul's own, held by a session that the script keeps alive. Where the script is
# killed or its host loses power, Consul lets go of the session after twice its time to live, less than the
# next run waits.

LOCK=v1/kv/consul-cluster/lock
LOCK_WAIT=30   # seconds
SESSION_TTL=10 # seconds, the least that Consul takes

# $1: what is going to be done. Dies where another run does not let go of the lock.
cluster_lock() {
  limit=$(($(seconds) + LOCK_WAIT))
  # Right after its start a server has no session for anybody: its health is not known yet.
  until session=$(new_session "$1"); do
    [ "$(seconds)" -lt "$limit" ] || die "the cluster cannot be locked for the $1: no server that knows a leader makes a session; nothing was changed"
    sleep 0.5
  done
  find_agent || via=$api
  trap cluster_unlock EXIT
  trap 'exit 1' HUP INT TERM
  # Not with the host's lock in its hands: that one ends with this script.
  keep_session "$session" >/dev/null 2>&1 </dev/null 9>&- &
  keeper=$!
  said=''
  until [ "$(consul_api "$via" "/$LOCK?acquire=$session" -X PUT -d "$name: $1 since $(date '+%H:%M:%S')")" = true ]; do
    holder=$(consul_api "$via" "/$LOCK?raw" -f) || holder=''
    # This host's own lock is ours, so whoever held the cluster's from here has ended.
    case $holder in "$name: "*) drop_session; continue ;; esac
    [ "$holder" = "$said" ] || say "waiting for another run: ${said:=$holder}"
    [ "$(seconds)" -lt "$limit" ] ||
      die "another run is at work on this cluster ($holder); nothing was changed, run it again when that has ended"
    sleep 0.5
  done
}

new_session() {
  find_agent || return 1
  consul_api "$via" /v1/session/create -f -X PUT \
    -d "{\"Name\":\"consul-cluster $1 of $name\",\"LockDelay\":\"0s\",\"TTL\":\"${SESSION_TTL}s\"}" | grep -o '[0-9a-f]\{8\}-[0-9a-f-]*'
}

# Beside the script, for as long as it runs.
keep_session() {
  while sleep 3 && kill -0 $$; do
    for agent in $via $api $others; do
      if consul_api "$agent" "/v1/session/renew/$1" -f -X PUT; then break; fi
    done
  done
}

drop_session() {
  held=$(consul_api "$via" "/$LOCK" -f | grep -o '"Session":"[^"]*"' | cut -d'"' -f4)
  [ -z "$held" ] || consul_api "$via" "/v1/session/destroy/$held" -X PUT -o /dev/null || sleep 0.5
}

cluster_unlock() {
  kill "$keeper" 2>/dev/null || true
  for agent in "$via" "$api" $others; do
    consul_api "$agent" "/v1/session/destroy/$session" -f -X PUT -o /dev/null && return 0
  done
  return 0
}

# shellcheck shell=sh
# shellcheck disable=SC2154  # api, via and name are the script's
# globals: session keeper via lock_was_held
# One change at a time in the whole cluster: two runs that each look at a healthy cluster would else restart two
# servers at once. Taken by scripts that hold the lock of their host.
#
# The lock is a key of Consul's own, held by a session that this script keeps alive, and that hangs on no server's health: a
# server that restarts slowly does not give it away. Where the script is killed or its host loses power, Consul lets go of
# the session after twice its time to live, less than the next run waits.

LOCK=consul-cluster/lock
LOCK_WAIT_S=30   # for one who holds it: of the servers of a run, each may be next
LOCK_WAITS_S=300 # for all of them
SESSION_TTL_S=10 # the least that Consul takes

session='' keeper=''
# Somebody else had it first: what was seen before that may be over.
lock_was_held=''

# $1: what is going to be done. Dies where one and the same does not let go of the lock.
cluster_lock() {
  local limit='' last='' holder='' said='' agent='' why='' status=0
  [ -z "$session" ] || return 0
  limit=$(deadline "$LOCK_WAIT_S")
  last=$(deadline "$LOCK_WAITS_S")
  # Right after its start a server makes no session for anybody.
  while :; do
    why="no server that answers names a leader"
    if find_agent; then
      agent=$(session_agent)
      status=0
      session=$(new_session "$agent" "$1 of $name" "$SESSION_TTL_S") || status=$?
      [ "$status" -ne 0 ] || break
      why="asked for a session, $agent $(refusal_words "$status")"
    fi
    session=''
    ! passed "$limit" || die "the cluster cannot be locked for the $1: $why; nothing was changed"
    sleep 0.5
  done
  trap cluster_unlock EXIT
  trap 'exit 1' HUP INT TERM
  # Not with the host's lock in its hands: that one ends with this script.
  keep_session "$session" >/dev/null 2>&1 </dev/null 9>&- &
  keeper=$!
  while :; do
    status=0
    kv_put "$via" "$LOCK" "$name: $1 since $(date '+%H:%M:%S')" "?acquire=$session" || status=$?
    [ "$status" -ne 0 ] || break
    lock_was_held=yes
    # Else somebody holds it, or who was asked is gone.
    [ "$status" -ne 3 ] || ! passed "$limit" ||
      die "the cluster cannot be locked for the $1: asked for its lock, $via $(refusal_words 3); nothing was changed"
    find_agent || via=$api
    holder=$(kv_get "$via" "$LOCK") || holder=''
    # This host's own lock is ours, so whoever held the cluster's from here has ended.
    case $holder in "$name: "*) passed "$limit" || { drop_holder; continue; } ;; esac
    if [ -n "$holder" ] && [ "$holder" != "$said" ]; then
      say "waiting for another run: $holder"
      said=$holder
      limit=$(deadline "$LOCK_WAIT_S")
    fi
    if passed "$limit" || passed "$last"; then
      die "another run is at work on this cluster (${holder:-its lock is not let go}); nothing was changed, run it again when that has ended"
    fi
    sleep 0.5
  done
}

# A session is lost with the node that it was made on, and this server may be about to give up its data: rather on a
# peer's.
session_agent() {
  find_peer_agent
  echo "$via"
}

# Beside the script, for as long as it runs.
keep_session() {
  local agent=''
  while sleep 3 && kill -0 $$; do
    for agent in $(cluster_agents); do
      ! ask "$agent" "/v1/session/renew/$1" -X PUT >/dev/null || break
    done
  done
}

# Looked at again before each step that takes something away: a lock that was lost meanwhile is somebody else's. $1: what
# is not done then.
require_cluster_lock() {
  local holder='' status=0
  [ -n "$session" ] || return 0
  find_agent || die "$1: no server names a leader any more, so the cluster's lock cannot be looked at; run it again"
  holder=$(kv_holder "$via" "$LOCK") || status=$?
  [ "$status" -eq 0 ] || die "$1: the cluster's lock cannot be looked at, $via $(answer_words "$status"); run it again"
  [ "$holder" = "$session" ] || die "$1: this run has lost the cluster's lock meanwhile; run it again"
}

drop_holder() {
  local held=''
  held=$(kv_holder "$via" "$LOCK") || held=''
  if [ -z "$held" ] || ! ask "$via" "/v1/session/destroy/$held" -X PUT >/dev/null; then sleep 0.5; fi
}

cluster_unlock() {
  local agent=''
  [ -n "$session" ] || return 0
  kill "$keeper" 2>/dev/null || true
  for agent in "$via" $(cluster_agents); do
    ! ask "$agent" "/v1/session/destroy/$session" -X PUT >/dev/null || break
  done
  session=''
}

# shellcheck shell=sh
# shellcheck disable=SC2154  # api, via and name are the script's
# globals: reason
# When a server may be restarted, and when it is back. See docs/architecture.md.
#
# A gate is two looks at which every server says in person that all is well, more than a heartbeat timeout of Raft's apart. Where one
# of them cannot be asked in person, autopilot has to be believed, which had a server for well 8 s after it was cut off from its
# leader: then a gate is three looks over at least 10 s.

LOOKS=3          # in a row at which everything has to be well, where autopilot has to be believed
LOOK_EVERY_S=5.2
BEFORE_S=$(limit_of health_timeout_s 30)   # to wait for a cluster that is not well, before a change
AFTER_S=$(limit_of recovery_timeout_s 120) # for a server to be back, after a change
FRESH_S=2       # for which at most a look is still news
GONE_S=10       # in which what a last look misses may be back: an answer that was late, an election
CANARY=consul-cluster/canary
CANARY_S=10
PASSED=consul-cluster/gate # held for some seconds by the server that has just passed the gate after its change
PASSED_S=10

# Well, at the looks that a gate is made of, the first of them at most $1 seconds from now. $2, $3: as for health_problem. Leaves the
# last reason in $reason where it is not.
wait_until_well() {
  local limit='' looks=0 before=''
  limit=$(deadline "$1")
  while :; do
    look "${2:-}" "${3:-}" "$before"
    if [ -n "$reason" ]; then
      looks=0 before=''
      ! passed "$limit" || return 1
      sleep 0.3
    elif [ -n "$seen" ]; then
      [ -z "$before" ] || return 0
      before=$seen
      wait_a_heartbeat
    else
      before='' looks=$((looks + 1))
      [ "$looks" -lt "$LOOKS" ] || return 0
      sleep "$LOOK_EVERY_S"
    fi
  done
}

# Two looks with nothing in between: short of an election they see all that a gate sees, a follower that gets nothing of what is committed
# among it. Fails where a server cannot be asked in person. $1: as for health_problem.
well_in_person() {
  local before=''
  look "$1" '' ''
  before=$seen
  [ -z "$reason" ] && [ -n "$before" ] || return 1
  look "$1" '' "$before"
  [ -z "$reason" ] && [ -n "$seen" ]
}

# The gate before a restart, $1: what is not done where it is not passed. A server of the same run that has just passed the
# gate after its own change has left a key that Consul itself drops soon: while that stands, nobody waits for a heartbeat timeout
# between the looks.
gate_before_restart() {
  local at_s=''
  if ! just_passed || ! well_in_person "$name"; then
    wait_until_well "$BEFORE_S" "$name" ||
      die "$1, for the others are not well: $reason; nothing was changed. Where one of them does not run, start it there (systemctl start consul); a run repairs it by itself only where its own settings change, or its generation"
  fi
  find_agent || die "$1: no server names a leader any more; nothing was changed"
  require_quorum_without_self "$1"
  at_s=$(now_s)
  save_snapshot
  [ "$(now_s)" -lt "$((at_s + FRESH_S))" ] || look_once_more "$1"
}

# A snapshot may take a minute, in which a machine loses its power. $1: what is not done then. The first cause is told: while an
# agent waits for one that is gone, it asks nobody else, and then those who are well seem not to answer.
look_once_more() {
  local limit='' first=''
  limit=$(deadline "$GONE_S")
  # Where somebody cannot be asked in person, autopilot's word is all that there is.
  until well_in_person "$name" || { [ -z "$reason" ] && [ -z "$seen" ]; }; do
    first=${first:-$reason}
    ! passed "$limit" || die "$1, for the others are no longer well: $first; nothing was changed"
    sleep 0.3
  done
}

# The last look before this server stops. Leadership may just have moved, and then autopilot has no view of the others for
# seconds: each server that votes is asked in person. $1: what is not done then.
require_answering_voters() {
  local limit='' raft='' gone='' first=''
  limit=$(deadline "$GONE_S")
  while :; do
    gone="who votes is not known: no server names a leader"
    if raft=$(raft_of "$via"); then
      gone=$(unreachable_peers "$(printf '%s\n' "$raft" | awk -v own="$(applied_fact raft_address)" '$3 == "true" && $4 != own')" | sed -n 1p)
      [ -n "$gone" ] || return 0
    fi
    first=${first:-$gone}
    ! passed "$limit" || die "$1: $first; nothing was changed, but for who leads"
    sleep 0.3
    find_agent || true
  done
}

# Refuses if the other servers have no quorum without this one. A server whose machine is being replaced is in no health view
# until it joins again, so "all healthy" can hold with too few voters; and it joins only after this server has changed.
require_quorum_without_self() {
  local missing='' status=0 voters=''
  missing=$(missing_servers "$name") || status=$?
  [ "$status" -eq 0 ] || die "$1: which servers belong to the cluster is not known, $via $(answer_words "$status"); nothing was changed"
  [ -n "$missing" ] || return 0
  voters=$(raft_of "$via" | awk '$3 == "true"' | grep -c . || true)
  [ "$((voters - 1))" -ge "$((voters / 2 + 1))" ] ||
    die "$1: $(printf '%s\n' "$missing" | listed) is not back yet, and without this server, too, there is no quorum; take back what restarts this server, run again, and change it after that"
}

just_passed() {
  local holder=''
  holder=$(kv_holder "$via" "$PASSED") && [ -n "$holder" ]
}

# Consul drops the key with its session, which nobody renews. Without it the next server looks for longer: no harm.
note_passed() {
  local for_seconds=''
  for_seconds=$(new_session "$api" "gate of $name" "$PASSED_S" delete) || return 0
  kv_put "$api" "$PASSED" "$name" "?acquire=$for_seconds" || true
}

# Is this server itself back: the release $1, caught up, in touch with the leader, the same node $2? Leaves the reason in
# $reason where it is not.
caught_up() {
  is_desired_agent "$1" "$2" || return 1
  reason="it does not reach a leader"
  serves "$api" || return 1
  reason="it has applied $self_applied of $self_commit"
  [ "$self_applied" = "$self_commit" ] && [ "$self_applied" != - ] || return 1
  reason="its last contact with the leader was $self_contact ago"
  [ "$self_state" = Leader ] || in_touch "$self_contact"
}

# A Go duration under 200 ms; Consul says "never" before the first contact.
in_touch() {
  printf '%s\n' "$1" | awk '/^0$|[0-9](ns|µs)$/ { ok = 1 } /[0-9]ms$/ { ok = $0 + 0 < 200 } END { exit !ok }'
}

# Waits until the server is back and the cluster is well: the release $1, the node $2. Gives up early where systemd starts
# it again and again. Leaves the reason in $reason; the status is 2 where it is another server that is not well.
gate_after_restart() {
  local limit=''
  limit=$(deadline "$AFTER_S")
  until caught_up "$1" "$2"; do
    ! crash_looping || return 1
    ! passed "$limit" || return 1
    sleep 0.2
  done
  if ! wait_until_well $((limit - $(now_s))); then
    [ -z "$(health_problem "$name")" ] || return 2
    return 1
  fi
  write_canary || return
  note_passed
}

# Written through this server, read from every one: the cluster does its work, not only its elections. Tried for some
# seconds, for an election may be going on. The status is 2 where it is another server that does not read it.
write_canary() {
  local limit='' status=0
  limit=$(deadline "$CANARY_S")
  while :; do
    status=0
    canary_is_read || status=$?
    [ "$status" -ne 0 ] || return 0
    ! passed "$limit" || return "$status"
    sleep 0.3
  done
}

canary_is_read() {
  local token='' agent='' read='' status=0
  token="$name $(tr -d - </proc/sys/kernel/random/uuid)"
  kv_put "$api" "$CANARY" "$token" || status=$?
  reason="a write through this server fails: $api $(refusal_words "$status")"
  [ "$status" -eq 0 ] || return 1
  # The own agent first.
  for agent in $(cluster_agents); do
    reason="$agent does not read what was written through this server"
    read=$(kv_get "$agent" "$CANARY" '&consistent') && [ "$read" = "$token" ] && continue
    [ "$agent" = "$api" ] || return 2
    return 1
  done
}

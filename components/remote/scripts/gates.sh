# shellcheck shell=sh
# shellcheck disable=SC2154  # api, name and wanted are the script's that sources this file
# When a server may be restarted, and when it is back; when one may leave. Sourced after lib.sh.
#
# The numbers: autopilot's view may be 2 s old, so a gate is three samples over at least 4.8 s; a server has
# 120 s to come back. See docs/architecture.md.

GATE=480       # hundredths of a second that everything has to be well without a break
SAMPLE=2.4     # seconds between two samples
BEFORE=30      # seconds to wait for a cluster that is not well, before a change
AFTER=120      # seconds for a server to be back, after a change
HANDOVER=20    # seconds for another server to take over the leadership
CANARY=v1/kv/consul-cluster/canary
SERVERS=v1/kv/consul-cluster/servers # their names, noted by ready.sh

hundredths() { awk '{ printf "%d", $1 * 100 }' /proc/uptime; }

# ---------------------------------------------------------------- is the cluster well?

# Names the reason why not; says nothing where all is well. $1: a server whose own state does not matter;
# without it, this one has to be in the cluster.
unwell() {
  view=$(autopilot_servers "$api")
  [ -n "$view" ] || view=$(view_of_a_peer)
  [ -n "$view" ] || { echo "no server answers for the cluster"; return; }
  reason=$(printf '%s\n' "$view" | awk -v except="${1:-}" '
    $1 != except && $0 !~ / true true alive / { print $1 " is no healthy voter (" $2 ", " $3 ", " $4 ")"; exit }')
  [ -n "${1:-}" ] || printf '%s\n' "$view" | grep -q "^$name " || reason="$name is not in the cluster yet"
  # Each of these questions leaves a line in a server's log: asked where the rest is well.
  [ -n "$reason" ] || reason=$(silent "$view" "${1:-}" | head -n 1)
  [ -z "$reason" ] || { echo "$reason"; return; }
  # Who does not answer is judged by autopilot; who does has to name the same leader.
  leaders=$(for agent in "$api" $others; do leader "$agent" || true; done | sort -u)
  [ "$(printf '%s\n' "$leaders" | wc -l)" -eq 1 ] ||
    echo "the servers name different leaders: $(printf '%s\n' "$leaders" | paste -sd ' ' -)"
}

# Names a server of the view $1, but $2, that does not answer in person: autopilot may learn of a server's end only
# after six seconds and more. Asked over gossip, which is open among servers wherever HTTP listens.
silent() {
  [ -n "$(leader "$api")" ] || return 0
  printf '%s\n' "$1" | while read -r peer _ _ _ place; do
    ip=$(printf "%s" "${place%:*}" | tr -d "[]")
    case $peer in "$name" | "$2") continue ;; esac
    consul_api "$api" "/v1/agent/join/$ip" -f -X PUT -o /dev/null || echo "$peer at $ip does not answer"
  done
}

# Of the servers that the last complete run has noted, those that are no healthy voters now; not $1.
missing_servers() {
  noted=$(consul_api "$api" "/$SERVERS?raw" -f) || return 0
  view=$(autopilot_servers "$api")
  for peer in $noted; do
    [ "$peer" = "$1" ] || printf '%s\n' "$view" | grep -q "^$peer true true alive " || echo "$peer"
  done | paste -sd ' ' -
}

view_of_a_peer() {
  for agent in $others; do
    view=$(autopilot_servers "$agent")
    [ -z "$view" ] || { printf '%s\n' "$view"; return; }
  done
}

# Well at every sample for the length of a gate, at most $1 seconds from now.
# Leaves the last reason in $reason where it is not.
wait_until_well() {
  limit=$(($(hundredths) + $1 * 100))
  since=''
  while :; do
    reason=$(unwell "${2:-}" | head -n 1)
    now=$(hundredths)
    if [ -n "$reason" ]; then
      since=''
      [ "$now" -lt "$limit" ] || return 1
      sleep 0.3
      continue
    fi
    since=${since:-$now}
    [ $((now - since)) -lt "$GATE" ] || return 0
    sleep "$SAMPLE"
  done
}

# ---------------------------------------------------------------- before

# The gate before a restart. A server of the same run that has just passed the gate after its own restart
# has left its stamp in the canary: then one look is enough.
gate_before_restart() {
  if fresh_stamp && [ -z "$(unwell "$name")" ]; then return 0; fi
  wait_until_well "$BEFORE" "$name" ||
    die "not restarted, for the others are not well: $reason; nothing was changed"
  spared
  save_snapshot
}

# Can the others do without this server? All may be well, and still too few: a server whose machine is being replaced
# is in no view until it joins again. What it waits for can only come after this one.
spared() {
  missing=$(missing_servers "$name")
  [ -n "$missing" ] || return 0
  voters=$(autopilot_servers "$api" | grep -c ' true true alive ')
  [ "$((voters - 1))" -ge "$((voters / 2 + 1))" ] ||
    die "not restarted: $missing is not back yet, and without this server, too, there is no quorum; take back what restarts this server, run again, and change it after that"
}

fresh_stamp() {
  stamp=$(consul_api "$api" "/$CANARY?raw" -f) || return 1
  case $stamp in '' | *[!0-9]*) return 1 ;; esac
  age=$(($(date +%s) - stamp))
  [ "$age" -ge 0 ] && [ "$age" -le 5 ]
}

# Raft loses nothing in a restart; people may. The last five are kept.
save_snapshot() {
  mkdir -p "$SNAPSHOTS"
  chmod 0700 "$SNAPSHOTS"
  file=$SNAPSHOTS/$(date -u +%Y-%m-%dT%H-%M-%SZ).snap
  if ! timeout 60 /usr/local/bin/consul snapshot save -http-addr="$api" "$file" >/dev/null 2>&1 ||
    ! /usr/local/bin/consul snapshot inspect "$file" >/dev/null 2>&1; then
    rm -f "$file"
    die "no snapshot could be taken; nothing was changed"
  fi
  # shellcheck disable=SC2012  # names of our own making
  ls -1 "$SNAPSHOTS"/*.snap | head -n -5 | xargs -r rm -f
  say "snapshot saved: $file"
}

# Raft id of a healthy voter of the oldest release; another one at each try $1, where there are several. In an upgrade
# that is one whose turn is still to come: a newer leader's log does not reach older followers (seen with 1.22.0 and
# 1.19.2), so the last of the old servers has to lead until all others are new. It is asked at once, and not the next in
# line, which would have to hand over soon.
heir() {
  consul_api "$api" /v1/operator/autopilot/health | sed 's/},{/}\n{/g' |
    sed -n 's/.*"ID":"\([^"]*\)","Name":"\([^"]*\)".*"Version":"\([^"]*\)".*"Healthy":true,"Voter":true.*/\3 \2 \1/p' |
    awk -v me="$name" '$2 != me' | sort -V |
    awk -v try="$1" -v wanted="${release:-}" '
      NR == 1 { oldest = $1 }
      $1 == oldest { id[n++] = $3 }
      END { upgrade = wanted != "" && wanted != oldest; if (n) print id[upgrade ? n - 1 - try % n : try % n] }'
}

# A leader that stops costs the writers seconds; one that hands over costs them a fraction of one. The heir may lose
# its election: releases before raft 1.6.1 (Consul 1.19 among them) take writes again before the heir has asked for
# votes (hashicorp/raft #581), and it is behind then. This server leads again after 1 to 2 s, and asks again.
hand_over_leadership() {
  me=$1
  # A cluster of one is down while it restarts.
  [ -n "$others" ] || return 0
  [ "$(leader "$api")" = "$me" ] || return 0
  limit=$(($(hundredths) + HANDOVER * 100))
  tries=0 again=0
  until named=$(another_leader); do
    now=$(hundredths)
    [ "$now" -lt "$limit" ] || die "this server leads and no other took over within $HANDOVER s; it was not restarted"
    if [ "$now" -ge "$again" ] && [ "$(leader "$api")" = "$me" ]; then
      consul_api "$api" "/v1/operator/raft/transfer-leader?id=$(heir "$tries")" -f -X POST -o /dev/null || true
      tries=$((tries + 1))
      again=$((now + 300))
    fi
    sleep 0.1
  done
  say "leadership handed over to $named"
}

# Whom this server names, but itself. What an older server is not told by a newer leader, all of the others may know.
another_leader() {
  named=$(leader "$api") || named=''
  if [ -z "$named" ] || [ "$named" = "$me" ]; then
    named=$(for agent in $others; do leader "$agent" || true; done | sort -u)
  fi
  # Two lines are two opinions.
  case $named in '' | "$me" | *[!][0-9a-fA-F.:]*) return 1 ;; esac
  echo "$named"
}

# ---------------------------------------------------------------- after

# Is this server itself back: the release that was wanted, caught up, in touch with the leader, the same node?
# $1: release, $2: node id before. Leaves the reason in $reason where it is not.
back() {
  is_wanted_agent "$1" "$2" || return 1
  reason="it has applied $(of_itself applied_index) of $(of_itself commit_index)"
  [ "$(of_itself applied_index)" = "$(of_itself commit_index)" ] || return 1
  reason="its last contact with the leader was $(of_itself last_contact) ago"
  [ "$(of_itself state)" = Leader ] || in_touch "$(of_itself last_contact)"
}

# A Go duration under 200 ms; Consul says "never" before the first contact.
in_touch() {
  printf '%s\n' "$1" | awk '/^0$|[0-9](ns|µs)$/ { ok = 1 } /[0-9]ms$/ { ok = $0 + 0 < 200 } END { exit !ok }'
}

# Waits until the server is back and the cluster is well. Gives up early where systemd starts it again and
# again. Leaves the reason in $reason; the status is 2 where it is another server that is not well.
gate_after_restart() {
  limit=$(($(hundredths) + AFTER * 100))
  until back "$1" "$2"; do
    ! ends_at_once || return 1
    [ "$(hundredths)" -lt "$limit" ] || return 1
    sleep 0.2
  done
  if ! wait_until_well $(((limit - $(hundredths)) / 100)); then
    [ -z "$(unwell "$name")" ] || return 2
    return 1
  fi
  canary
}

# Written through this server, read from every one: the cluster does its work, not only its elections.
canary() {
  stamp=$(date +%s)
  [ "$(consul_api "$api" "/$CANARY" -X PUT -d "$stamp")" = true ] || { reason="a write through this server fails"; return 1; }
  for agent in "$api" $others; do
    read=$(consul_api "$agent" "/$CANARY?raw&consistent" -f) || continue
    [ "$read" = "$stamp" ] || { reason="$agent reads $read where $stamp was written"; return 1; }
  done
}

# shellcheck shell=sh
# shellcheck disable=SC2154  # api, via and name are the script's
# globals: self_state self_term self_applied self_commit self_contact self_leader self_members
# What each server says of itself, now. Autopilot's view of them is the leader's, and seconds old.

HEARTBEAT_MS=1000 # Raft's heartbeat timeout, for a raft_multiplier of 1: who has heard nothing of the leader for so long stands for election

# The multiplier of what runs; where a change raises it or lowers it there are servers of either, and the larger one counts.
raft_multiplier() {
  local value='' facts='' largest=1
  for facts in "$FACTS" "$STAGED_CONFIG/facts"; do
    look_up "$facts" raft_multiplier
    case $value in '' | *[!0-9]*) continue ;; esac
    [ "$value" -le "$largest" ] || largest=$value
  done
  echo "$largest"
}

# Between two sights lies more than a heartbeat timeout.
wait_a_heartbeat() { sleep "$(($(raft_multiplier) * HEARTBEAT_MS / 1000)).1"; }

# Of the servers on stdin, rows of Raft's configuration, a line each, asked in person:
#
#   ADDRESS:PORT STATE TERM APPLIED COMMIT CONTACT LEADER VOTER MEMBERS NAME
#
# LEADER: a dash where it names none. VOTER: `true` or `false`. MEMBERS: `same` where it knows the servers, with the votes, of Raft's
# configuration $1. Fails where one of them cannot be asked: its API is closed to other hosts, or it does not answer.
sight() {
  local server='' id='' voter='' place='' known='' members=''
  known=$(printf '%s\n' "$1" | cut -d ' ' -f 2-4 | LC_ALL=C sort)
  while read -r server id voter place; do
    [ -n "$server" ] || continue
    read_self_at "$place" || return
    members=$(raft_members "$self_members") || return
    if [ "$(printf '%s\n' "$members" | LC_ALL=C sort)" = "$known" ]; then members=same; else members=other; fi
    echo "$place $self_state $self_term $self_applied $self_commit $self_contact $self_leader $voter $members $server"
  done
}

# read_self of the server at this place in Raft.
read_self_at() {
  local url=''
  if [ "$1" = "$(applied_fact raft_address)" ]; then read_self "$api"; return; fi
  for url in $(peer_urls "$(without_port "$1")"); do ! read_self "$url" || return 0; done
  return 1
}

# Of servers that the settings name and Raft's configuration $1 does not have: those that name another leader than $2.
leaders_of_outsiders() {
  local ip='' url='' named=''
  for ip in $(peer_ips); do
    ! printf '%s\n' "$1" | grep -qF " $(bracketed "$ip"):" || continue
    for url in $(peer_urls "$ip"); do
      named=$(leader_of "$url") || continue
      [ "$named" = "$2" ] || echo "the servers name different leaders: $2 ${named:-none}"
      break
    done
  done
}

# Why these servers, as they say themselves ($1, lines of `sight`), are not one cluster that is well; nothing where they are.
# $2: the sight before it, where there is one.
sight_problem() {
  printf '%s\n\n%s\n' "${2:-}" "$1" | awk -v longest="$(($(raft_multiplier) * HEARTBEAT_MS / 2))" '
    function told(what) { if (!said++) print what }
    function leader_word(address) { return address == "-" ? "none" : address }
    # A Go duration in milliseconds; "never" is none.
    function ms(d,  n) {
      if (d == "0" || d ~ /^[0-9.]+(ns|µs|us)$/) return 0
      if (d ~ /^[0-9.]+ms$/) return d + 0
      if (d ~ /^[0-9.]+s$/) return 1000 * d
      return -1
    }
    $0 == "" { now = 1; next }
    !now { term[$1] = $3; if ($5 + 0 > committed) committed = $5 + 0; leader = $7; before++; next }
    {
      rows++
      who = $10 " at " $1
      if ($2 != "Leader" && $2 != "Follower") told(who " is a " tolower($2) ", and neither leads nor follows")
      if (rows == 1) { named = $7; in_term = $3 }
      if ($7 != named) told("the servers name different leaders: " leader_word(named) " " leader_word($7))
      else if ($7 == "-") told("no server names a leader")
      if ($3 != in_term) told("the servers are in different terms of Raft: " in_term " and " $3)
      if ($8 != "true") told(who " does not vote")
      if ($9 != "same") told(who " has other members in Raft than the one that was asked for them")
      if (($2 == "Leader") != ($1 == $7)) told(who " calls itself " tolower($2) ", and names " $7 " as the leader")
      if ($2 == "Follower" && (ms($6) < 0 || ms($6) >= longest)) told(who " last heard of its leader " ($6 == "never" ? "never" : $6 " ago"))
      if (before) {
        if (!($1 in term)) told(who " was not there a moment ago")
        else if (term[$1] != $3 || leader != $7) told("another leader was elected a moment ago")
        else if ($4 + 0 < committed) told(who " has applied " $4 " of " committed ", which was committed a moment ago")
      }
    }
    END { if (!rows) told("no server was asked in person"); else if (before && before != rows) told("a server is gone since a moment ago") }'
}

# shellcheck shell=sh
# shellcheck disable=SC2154  # api, via and name are the script's
# globals: reason seen
# Is the cluster well? What is not understood is not well.

SERVER_NAMES=consul-cluster/servers # the servers' names, noted by ready.sh
REPLACED=consul-cluster/replaced    # below it the names of servers that have left and come back, until ready.sh has seen them all

# Prints why the cluster is not well; nothing where it is. $1, $2: as for `look`.
health_problem() {
  look "${1:-}" "${2:-}" ''
  [ -z "$reason" ] || echo "$reason"
}

# One look at all servers. Sets $reason to why the cluster is not well, to nothing where it is; and $seen to what each server said in
# person, to nothing where one of them cannot be asked. $1: a server whose own state does not matter, and $2 its Raft id where its name
# is forgotten; without them, this server has to be in the cluster. $3: what was seen a moment ago.
look() {
  local except="$1" except_id="$2" known='' raft='' views='' status=0
  seen='' reason="no server that answers names a leader"
  find_agent || return 0
  known=$(raft_of "$via") || status=$?
  if [ "$status" -ne 0 ]; then reason="Raft's configuration at $via $(answer_words "$status")"; return 0; fi
  # Its name may be forgotten; where it is this server, its place in Raft is known.
  [ "$except" != "$name" ] || [ -n "$except_id" ] ||
    except_id=$(printf '%s\n' "$known" | awk -v place="$(applied_fact raft_address)" '$4 == place { print $2 }')
  raft=$(printf '%s\n' "$known" | awk -v name="$except" -v id="$except_id" '(id == "" || $2 != id) && $1 != name')
  reason=''
  if [ -z "$except" ] && ! printf '%s\n' "$raft" | grep -q "^$name "; then reason="$name is not in the cluster yet"; return 0; fi
  seen=$(printf '%s\n' "$raft" | sight "$known") || seen=''
  if [ -n "$seen" ]; then
    reason=$(sight_problem "$seen" "$3")
    [ -n "$reason" ] || reason=$(leaders_of_outsiders "$known" "$(printf '%s\n' "$seen" | awk 'NR == 1 { print $7 }')" | sed -n 1p)
    [ -n "$reason" ] || reason=$(gossip_problem "$raft")
  else
    reason=$(autopilot_problem "$raft" "$except" "$except_id")
    # Who is silent costs seconds: asked once.
    [ -n "$reason" ] || views=$(peer_views)
    [ -n "$reason" ] || reason=$(different_leaders "$except" "$views")
    [ -n "$reason" ] || reason=$(untrusted_peers "$views" | sed -n 1p)
    [ -n "$reason" ] || reason=$(cut_off_peers "$raft" "$views" | sed -n 1p)
  fi
  # Each of these questions leaves a line in a server's log: asked where the rest is well.
  [ -n "$reason" ] || reason=$(unreachable_peers "$raft" | sed -n 1p)
}

# The first of the servers in these rows of Raft's configuration, $1, that autopilot does not take for a healthy voter. $2, $3: as for `look`.
autopilot_problem() {
  local view='' problem='' status=0
  view=$(autopilot_of "$via") || status=$?
  if [ "$status" -ne 0 ]; then echo "autopilot at $via $(answer_words "$status")"; return 0; fi
  view=$(printf '%s\n' "$view" | awk -v name="$2" -v id="$3" '(id == "" || $6 != id) && $1 != name')
  problem=$(printf '%s\n' "$view" | awk '
    NF && ($2 != "true" || $3 != "true" || $4 != "alive") { if (!n++) print $1 " is no healthy voter (" $2 ", " $3 ", " $4 ")" }')
  # Rows are counted: who is missing in the view is not well, either.
  [ -n "$problem" ] || problem=$(missing_rows "$view" "$1")
  [ -z "$problem" ] || echo "$problem"
}

# The first of the servers in these rows of Raft's configuration, $1, that gossip does not have for alive.
gossip_problem() {
  local members='' status=0
  members=$(members_of "$via") || status=$?
  if [ "$status" -ne 0 ]; then echo "the list of members at $via $(answer_words "$status")"; return 0; fi
  raft_in_gossip "$members" "$1" | awk '$5 != 1 && !n++ { print $1 " at " $4 " is not alive among the members that gossip knows" }'
}

# A server of Raft's configuration $2 that autopilot's view $1 does not have.
missing_rows() {
  {
    printf '%s\n' "$1"
    echo
    printf '%s\n' "$2"
  } | awk '
    $0 == "" { raft = 1; next }
    !raft { known[$6] = 1; next }
    !($2 in known) { print "autopilot does not know the server " $1 " at " $4 ", which is in Raft'\''s configuration"; exit }'
}

# Names the servers in these rows of Raft's configuration, $1, that do not answer in person: others may learn of a server's end only
# after six seconds and more. Asked over gossip, which is open among servers wherever HTTP listens.
unreachable_peers() {
  local peer='' id='' voter='' place='' ip=''
  printf '%s\n' "$1" | while read -r peer id voter place; do
    ip=$(without_port "$place")
    case $peer in '' | "$name") continue ;; esac
    answers_gossip "$via" "$(with_gossip_port "$ip")" || echo "$peer at $ip does not answer"
  done
}

# Gossip on another port than Consul's own has to be named.
with_gossip_port() {
  local port=''
  port=$(applied_fact serf_lan)
  case ${port:-8301} in 8301) echo "$1" ;; *) echo "$(bracketed "$1"):$port" ;; esac
}

# Who does not answer is judged by autopilot; who does has to name the same leader, and one. $1: as for `look`, $2: what peer_views says.
different_leaders() {
  local named='' own=''
  # This server's own word counts where its own state does.
  [ "$1" = "$name" ] || own=$(leader_of "$api") || own=''
  named=$({
    [ "$1" = "$name" ] || echo "${own:--}"
    printf '%s\n' "$2" | awk 'NF && $2 != "-" { print $3 }'
  } | sort -u)
  case $(printf '%s\n' "$named" | grep -c .) in
    0 | 1) [ "$named" != - ] || echo "no server names a leader" ;;
    *) echo "the servers name different leaders: $(printf '%s\n' "$named" | sed 's/^-$/none/' | paste -sd ' ' -)" ;;
  esac
}

# Servers whose certificate is not accepted here: as long as nothing is written neither autopilot nor gossip sees that. Of
# those that did not answer over HTTPS: whoever did has shown a good one. $1: what peer_views says.
untrusted_peers() {
  local ip='' url='' leader=''
  has_https "$(applied_fact tls)" || return 0
  printf '%s\n' "$1" | while read -r ip url leader; do
    [ "$url" = - ] || continue
    [ "$(shown_certificate "$ip" "$(raft_port)")" != bad ] ||
      echo "the certificate of the server at $ip is not accepted here: its name, its CA or its time"
  done
}

# Of the servers in these rows of Raft's configuration, $1, those that cannot be asked over HTTP and take no connection at their place in
# Raft: autopilot may learn of that only after eight seconds and more. $2: what peer_views says.
cut_off_peers() {
  local peer='' id='' voter='' place='' ip=''
  printf '%s\n' "$1" | while read -r peer id voter place; do
    ip=$(without_port "$place")
    printf '%s\n' "$2" | awk -v ip="$ip" '$1 == ip && $2 == "-" { found = 1 } END { exit !found }' || continue
    [ "$(probe "$ip" "${place##*:}")" = open ] || echo "$peer takes no connection at $place, its place in Raft"
  done
}

# Of the servers that the last complete run has noted, those that vote no more; not $1. Prints them, and fails where that cannot
# be known. Whether those that vote are well is another question: `look`.
missing_servers() {
  local noted='' raft='' status=0 peer=''
  noted=$(kv_get "$via" "$SERVER_NAMES") || status=$?
  # Before the first whole run nobody is noted.
  [ "$status" -ne 1 ] || return 0
  [ "$status" -eq 0 ] || return "$status"
  raft=$(raft_of "$via") || return
  for peer in $noted; do
    [ "$peer" = "$1" ] || printf '%s\n' "$raft" | awk -v peer="$peer" '$1 == peer && $3 == "true" { found = 1 } END { exit !found }' || echo "$peer"
  done
}

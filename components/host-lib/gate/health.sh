# shellcheck shell=sh
# shellcheck disable=SC2154  # api, via and name are the script's
# Is the cluster well? What is not understood is not well.

SERVER_NAMES=consul-cluster/servers # the servers' names, noted by ready.sh

# Prints why the cluster is not well; nothing where it is. $1: a server whose own state does not matter, and $2 its Raft id
# where its name is forgotten; without them, this server has to be in the cluster.
health_problem() {
  local except="${1:-}" except_id="${2:-}" view='' raft='' problem='' status=0
  find_agent || { echo "no server that answers names a leader"; return 0; }
  view=$(autopilot_of "$via") || status=$?
  [ "$status" -eq 0 ] || { echo "autopilot at $via $(answer_words "$status")"; return 0; }
  raft=$(raft_of "$via") || status=$?
  [ "$status" -eq 0 ] || { echo "Raft's configuration at $via $(answer_words "$status")"; return 0; }
  # Its name may be forgotten; where it is this server, its place in Raft is known.
  [ "$except" != "$name" ] || [ -n "$except_id" ] ||
    except_id=$(printf '%s\n' "$raft" | awk -v place="$(applied_fact raft_address)" '$4 == place { print $2 }')
  view=$(printf '%s\n' "$view" | awk -v id="$except_id" 'id == "" || $6 != id')
  raft=$(printf '%s\n' "$raft" | awk -v id="$except_id" 'id == "" || $2 != id')
  problem=$(printf '%s\n' "$view" | awk -v except="$except" '
    NF && $1 != except && ($2 != "true" || $3 != "true" || $4 != "alive") { if (!n++) print $1 " is no healthy voter (" $2 ", " $3 ", " $4 ")" }')
  # Rows are counted: who is missing in the view is not well, either.
  [ -n "$problem" ] || problem=$(missing_rows "$view" "$raft" "$except")
  [ -n "$except" ] || [ -n "$problem" ] || printf '%s\n' "$view" | grep -q "^$name " || problem="$name is not in the cluster yet"
  # Each of these questions leaves a line in a server's log: asked where the rest is well.
  [ -n "$problem" ] || problem=$(unreachable_peers "$view" "$except" | sed -n 1p)
  [ -n "$problem" ] || problem=$(different_leaders "$except")
  [ -n "$problem" ] || problem=$(untrusted_peers | sed -n 1p)
  [ -z "$problem" ] || echo "$problem"
}

# A server of Raft's configuration $2 that autopilot's view $1 does not have.
missing_rows() {
  {
    printf '%s\n' "$1"
    echo
    printf '%s\n' "$2"
  } | awk -v except="$3" '
    $0 == "" { raft = 1; next }
    !raft { known[$6] = 1; next }
    !($2 in known) && $1 != except { print "autopilot does not know the server " $1 " at " $4 ", which is in Raft'\''s configuration"; exit }'
}

# Names the servers of the view $1, but $2, that do not answer in person: autopilot may learn of a server's end only
# after six seconds and more. Asked over gossip, which is open among servers wherever HTTP listens.
unreachable_peers() {
  local peer='' place='' rest='' ip=''
  printf '%s\n' "$1" | while read -r peer rest rest rest place rest; do
    ip=$(printf '%s' "${place%:*}" | tr -d '[]')
    case $peer in '' | "$name" | "$2") continue ;; esac
    answers_gossip "$via" "$(with_gossip_port "$ip")" || echo "$peer at $ip does not answer"
  done
}

# Gossip on another port than Consul's own has to be named.
with_gossip_port() {
  local port=''
  port=$(applied_fact serf_lan)
  case ${port:-8301} in 8301) echo "$1" ;; *) echo "$(bracketed "$1"):$port" ;; esac
}

# Who does not answer is judged by autopilot; who does has to name the same leader, and one.
different_leaders() {
  local named='' own=''
  # This server's own word counts where its own state does.
  [ "$1" = "$name" ] || own=$(leader_of "$api") || own=''
  named=$({
    [ "$1" = "$name" ] || echo "${own:--}"
    peer_views | awk '$2 != "-" { print $3 }'
  } | sort -u)
  case $(printf '%s\n' "$named" | grep -c .) in
    0 | 1) [ "$named" != - ] || echo "no server names a leader" ;;
    *) echo "the servers name different leaders: $(printf '%s\n' "$named" | sed 's/^-$/none/' | paste -sd ' ' -)" ;;
  esac
}

# Servers whose certificate is not accepted here: as long as nothing is written neither autopilot nor gossip sees that. Of
# those that did not answer over HTTPS: whoever did has shown a good one.
untrusted_peers() {
  local ip='' url='' leader=''
  has_https "$(applied_fact tls)" || return 0
  peer_views | while read -r ip url leader; do
    [ "$url" = - ] || continue
    [ "$(shown_certificate "$ip" "$(raft_port)")" != bad ] ||
      echo "the certificate of the server at $ip is not accepted here: its name, its CA or its time"
  done
}

# Of the servers that the last complete run has noted, those that are no healthy voters now; not $1. Prints them, and
# fails where that cannot be known.
missing_servers() {
  local noted='' view='' status=0 peer=''
  noted=$(kv_get "$via" "$SERVER_NAMES") || status=$?
  # Before the first whole run nobody is noted.
  [ "$status" -ne 1 ] || return 0
  [ "$status" -eq 0 ] || return "$status"
  view=$(autopilot_of "$via") || return
  for peer in $noted; do
    [ "$peer" = "$1" ] || printf '%s\n' "$view" | grep -q "^$peer true true alive " || echo "$peer"
  done
}

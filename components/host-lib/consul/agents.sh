# shellcheck shell=sh
# globals: api via
# Where agents are: asked where what runs listens, not where the staged set says. A run that changes a port meets
# servers on either side of the change.

# Where else the own agent is asked whose nearest place is a socket: whoever deletes the file takes it from an agent that goes on.
beside_the_socket() {
  case $(fact "$FACTS" api) in unix://*) peer_urls "$(applied_fact address)" ;; esac
}

# The own agent: sets $api to where it answers; fails where it answers nowhere, with $api where it should.
find_own_agent() {
  local candidate='' first=''
  for candidate in $(fact "$FACTS" api; fact "$PREVIOUS/facts" api; staged_fact api; beside_the_socket); do
    first=${first:-$candidate}
    if leader_of "$candidate" >/dev/null; then
      api=$candidate
      return 0
    fi
  done
  api=${first:-}
  return 1
}

# Its host's programs are shut out then, and no change but a restart makes the file anew.
tell_of_a_lost_socket() {
  local socket=''
  socket=$(fact "$FACTS" api)
  case $socket in unix://*) ;; *) return 0 ;; esac
  [ ! -e "$PREVIOUS/complete" ] && [ "$api" != "$socket" ] || return 0
  say "the socket ${socket#unix://} of this agent is gone, or is no longer its own: Consul runs, and is asked at $api; restart it while all others are well (systemctl restart $SERVICE), which makes the socket anew"
}

# IP addresses of the other servers, of the set that runs and of the staged one.
peer_ips() {
  local value='' facts='' listed='' known='' ip=''
  for facts in "$FACTS" "$STAGED_CONFIG/facts"; do
    look_up "$facts" address
    known="$known $value"
    look_up "$facts" peers
    listed="$listed,$value"
  done
  while [ -n "$listed" ]; do
    ip=${listed%%,*}
    case $listed in *,*) listed=${listed#*,} ;; *) listed='' ;; esac
    case " $known " in *" $ip "*) continue ;; esac
    [ -z "$ip" ] || printf '%s\n' "$ip"
    known="$known $ip"
  done
}

# Where a peer's HTTP or HTTPS may listen for other hosts: as the own set has it, or had it before a
# switch that is not whole, or as the staged one will. $1: its IP address.
peer_urls() {
  local value='' facts='' scheme='' host='' url='' told=''
  host=$(bracketed "$1")
  for facts in "$FACTS" "$PREVIOUS/facts" "$STAGED_CONFIG/facts"; do
    for scheme in https http; do
      look_up "$facts" "${scheme}_open"
      [ "$value" = yes ] || continue
      look_up "$facts" "${scheme}_port"
      url=$scheme://$host:$value
      case " $told " in *" $url "*) continue ;; esac
      echo "$url"
      told="$told $url"
    done
  done
}

# Is the API of servers with the staged set closed to other hosts, over HTTP and over HTTPS?
peers_are_closed() { [ "$(staged_fact http_open)" = no ] && [ "$(staged_fact https_open)" != yes ]; }

# What each peer says in person: IP URL LEADER, a dash for a leader where it names none. One that says nothing, or whose HTTP is
# closed to other hosts, has a dash for its URL.
peer_views() {
  local ip='' url='' leader='' found=''
  for ip in $(peer_ips); do
    found=''
    for url in $(peer_urls "$ip"); do
      leader=$(leader_of "$url") || continue
      found=yes
      echo "$ip $url ${leader:--}"
      break
    done
    [ -n "$found" ] || echo "$ip - -"
  done
}

# The agents that may be asked for the cluster, an address a line: the own one, then the peers' that answer.
cluster_agents() {
  echo "$api"
  peers_that_answer
}

# The agent to ask for the cluster: sets $via to one that serves, the own one first; where none does, to one that names a
# leader at least. Fails where nobody does.
find_agent() {
  local agent='' named=''
  via=''
  if [ -n "${api:-}" ] && names_a_leader "$api"; then
    named=$api
    if reads_from_leader "$api"; then via=$api; return 0; fi
  fi
  for agent in $(peers_with_leader); do
    named=${named:-$agent}
    if reads_from_leader "$agent"; then
      via=$agent
      return 0
    fi
  done
  via=$named
  [ -n "$via" ]
}

peers_that_answer() { peer_views | awk '$2 != "-" { print $2 }'; }

# The peers that name a leader.
peers_with_leader() { peer_views | awk '$2 != "-" && $3 != "-" { print $2 }'; }

# A peer that serves, where there is one; else what $via is.
find_peer_agent() {
  local agent=''
  for agent in $(peers_with_leader); do
    if reads_from_leader "$agent"; then
      via=$agent
      return 0
    fi
  done
}

# Does the agent $1 serve? To name a leader is not enough: Raft goes on where gossip is broken, and with it the way to the
# leader.
serves() { names_a_leader "$1" && reads_from_leader "$1"; }

# A key of the leader's own; there may be none of it.
reads_from_leader() {
  local status=0
  kv_get "$1" consul-cluster/servers '&consistent' >/dev/null || status=$?
  [ "$status" -le 1 ]
}

# Do more than half of the servers serve, of those that may be asked?
majority_serves() {
  local agent='' serving=0
  for agent in $(cluster_agents); do
    ! serves "$agent" || serving=$((serving + 1))
  done
  [ "$serving" -gt $((($(peer_ips | wc -l) + 1) / 2)) ]
}

# find_agent, for at most $1 seconds.
await_agent() { within "$1" find_agent; }

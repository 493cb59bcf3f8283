# shellcheck shell=sh
# globals: via
# shellcheck disable=SC2154  # api is where the own agent answers, name the script's
# Who is outside of gossip. Raft goes on without it, by the addresses that it knows: a server with another gossip key, or in another
# datacenter, may even lead, and then it is the others that have no way to their leader.

NOTICED_S=15       # in which gossip takes a member that does not answer for failed
FULL_EXCHANGE_S=30 # between two exchanges of all that a member knows

# Is there a pool of all datacenters? Where it is switched off (`ports.serfWan: -1`) Consul answers `null` to who is in it,
# which is no other answer than that of somebody who may not know. So it is not asked.
has_wan_pool() {
  case $(applied_or_staged serf_wan) in 0 | -*) return 1 ;; esac
}

# The members of every pool there is, as members_of has them. In that of all datacenters a server is called NAME.DATACENTER.
members_of_pools() {
  members_of "$1" || return
  ! has_wan_pool || members_of "$1" '?wan=1'
}

# Clients that a peer knows to have left, a name a line. Fails where not every peer could be asked.
clients_that_left() {
  local url='' view='' status=0
  for url in $(peer_views | awk '{ print $2 }'); do
    if view=$([ "$url" = - ] || members_of "$url") && [ -n "$view" ]; then
      printf '%s\n' "$view" | awk '$2 == 3 && $3 == "client" { print $1 }'
    else
      status=1
    fi
  done
  return "$status"
}

# The members of the datacenter's pool as the agent at $via has them, and of its clients as any server has them who have left. A
# leave goes by gossip, and a server that has missed it has the client for failed until the next exchange of all that they
# know (2 of 46 leaves, for 6.5 and 13.7 s). Where a peer cannot be asked, that exchange is waited for.
settled_members() {
  local view='' left='' limit=''
  limit=$(deadline "$FULL_EXCHANGE_S")
  while :; do
    view=$(members_of "$via") || return
    view=$(printf '%s\n' "$view" | awk -v left=" $left " '$3 == "client" && index(left, " " $1 " ") { $2 = 3 } { print }')
    if ! printf '%s\n' "$view" | grep -q '^[^ ]* [^13] client ' || passed "$limit"; then break; fi
    if left=$(clients_that_left); then limit=0; fi
    left=$(printf '%s\n' "$left" | paste -sd ' ' -)
    passed "$limit" || sleep 1
  done
  printf '%s\n' "$view"
}

# Whom the agent at $via does not reach, each once, in words: all but clients that have left, and servers that a run has taken out to
# replace them, for these come back with what is current then.
members_away() {
  local view='' who='' words=''
  view=$(settled_members) || return
  ! has_wan_pool || view="$view
$(members_of "$via" '?wan=1')" || return
  printf '%s\n' "$view" | awk '
    { server = $1; sub(/\..*/, "", server) }
    $2 != 1 && !($2 == 3 && $3 == "client") && !said[server]++ { print $1, $2 == 3 ? "(left)" : "(down)" }' |
    while read -r who words; do
      [ "$words" = "(left)" ] && kv_get "$via" "$REPLACED/${who%%.*}" >/dev/null || echo "$who $words"
    done | paste -sd ' ' -
}

# The servers in the rows of Raft's configuration $2, each with what it is in gossip by the members $1 behind it: 1 where it is alive, another
# number where it is away, and a dash where the pool has never met it.
raft_in_gossip() {
  {
    printf '%s\n' "$1"
    echo
    printf '%s\n' "$2"
  } | awk '
    $0 == "" { raft = 1; next }
    !raft { if (status[$4] != 1) status[$4] = $2; next }
    { print $0, ($2 in status ? status[$2] : "-") }'
}

# Servers of Raft's configuration that the pool at $via does not have, neither alive nor away: their places.
servers_never_met() {
  local members='' raft=''
  members=$(members_of "$via") || return
  # The leader may be the one that it has never met.
  raft=$(raft_of "$via") || raft=$(raft_of "$via" '?stale') || return
  raft_in_gossip "$members" "$raft" | awk '$5 == "-" { print $4 }' | paste -sd ' ' -
}

# Servers that are alive in the pool as the agent at $1 has it, a name a line.
alive_servers() {
  local view=''
  view=$(members_of "$1") || return
  printf '%s\n' "$view" | awk '$2 == 1 && $3 == "server" { print $1 }'
}

# Are most of the servers in Raft's configuration alive in gossip, both as the agent at $1 has them? The configuration and not the settings,
# which may name servers that are still to come. No answer is no yes.
sees_majority() {
  local members='' raft=''
  members=$(members_of "$1") || return
  raft=$(raft_of "$1" '?stale') || return
  raft_in_gossip "$members" "$raft" | awk '$5 == 1 { alive++ } END { exit !(2 * alive > NR) }'
}

# A peer that is in the pool with most servers; nothing, and a failure, where none says so.
peer_of_the_majority() {
  local url=''
  for url in $(peers_that_answer); do
    if sees_majority "$url"; then echo "$url"; return; fi
  done
  return 1
}

# Sets $via to an agent that is in the pool with most servers, this server's own first; where none says so, to the one that find_agent finds.
# A leader outside of it is asked for everything else, but knows nothing of the pool.
find_agent_in_pool() {
  local peer=''
  find_agent || return
  if sees_majority "$api"; then via=$api
  elif peer=$(peer_of_the_majority); then via=$peer
  fi
}

# Does this server see no majority, while a peer sees one without it? No answer is no evidence, on either side. Where a peer still
# sees it, one of them has not noticed yet: a server that was just restarted with another key, or one that is just joining.
is_outside_of_gossip() {
  local limit='' status=0
  limit=$(deadline "$NOTICED_S")
  while :; do
    status=0
    looks_outside || status=$?
    [ "$status" -eq 2 ] || return "$status"
    ! passed "$limit" || return 1
    sleep 0.5
  done
}

# Ends with 0 where it is outside, with 1 where nothing shows it, and with 2 where the views contradict each other.
looks_outside() {
  local half='' view='' url='' status=1
  half=$((($(peer_ips | wc -l) + 1) / 2))
  view=$(alive_servers "$api") || return 1
  [ "$(printf '%s\n' "$view" | wc -l)" -le "$half" ] || return 1
  for url in $(peers_that_answer); do
    view=$(alive_servers "$url") || continue
    [ "$(printf '%s\n' "$view" | wc -l)" -gt "$half" ] || continue
    printf '%s\n' "$view" | grep -qxF "$name" || return 0
    status=2
  done
  return "$status"
}

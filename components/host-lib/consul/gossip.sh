# shellcheck shell=sh
# shellcheck disable=SC2154  # api is where the own agent answers, name the script's
# Who is outside of gossip. Raft goes on without it, by the addresses that it knows: a server with another gossip key, or in another
# datacenter, may even lead, and then it is the others that have no way to their leader.

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

# Servers that are alive in the pool as the agent at $1 has it, a name a line.
alive_servers() {
  local view=''
  view=$(members_of "$1") || return
  printf '%s\n' "$view" | awk '$2 == 1 && $3 == "server" { print $1 }'
}

# Does this server see no majority, while a peer sees one without it? No answer is no evidence, on either side.
is_outside_of_gossip() {
  local half='' view='' url='' rest=''
  half=$((($(peer_ips | wc -l) + 1) / 2))
  view=$(alive_servers "$api") || return 1
  [ "$(printf '%s\n' "$view" | wc -l)" -le "$half" ] || return 1
  for url in $(peer_views | awk '$2 != "-" { print $2 }'); do
    view=$(alive_servers "$url") || continue
    [ "$(printf '%s\n' "$view" | wc -l)" -gt "$half" ] || continue
    printf '%s\n' "$view" | grep -qxF "$name" || return 0
  done
  return 1
}

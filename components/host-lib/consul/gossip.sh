# shellcheck shell=sh
# shellcheck disable=SC2154  # api is where the own agent answers, name the script's
# Who is outside of gossip. Raft goes on without it, by the addresses that it knows: a server with another gossip key, or in another
# datacenter, may even lead, and then it is the others that have no way to their leader.

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

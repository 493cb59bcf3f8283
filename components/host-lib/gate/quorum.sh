# shellcheck shell=sh
# Quorum lost, as opposed to an election that takes a moment, or to servers that a run can start.

ELECTION_S=30 # that a cluster may be without a leader before it is taken for one without a quorum

# The peers of the set that runs, or else of the staged one, whose hosts do not answer at all, an address a line. Where
# Consul alone is stopped the host refuses, and a run can start it.
silent_peers() {
  local ip='' port=''
  port=$(raft_port)
  for ip in $(peer_ips); do
    [ "$(probe "$ip" "$port")" != silent ] || echo "$ip"
  done
}

# The port of Raft among the servers.
raft_port() {
  local place=''
  place=$(applied_or_staged raft_address)
  echo "${place##*:}"
}

# Says so where a majority of the servers is away; returns where it is not.
die_without_quorum() {
  local servers='' silent='' away='' quorum=''
  servers=$(($(peer_ips | wc -l) + 1))
  silent=$(silent_peers)
  away=$(printf '%s' "$silent" | grep -c . || true)
  quorum=$((servers / 2 + 1))
  [ $((servers - away)) -lt "$quorum" ] || return 0
  die "the cluster has lost its quorum: $((servers - away)) of $servers servers answer and $quorum are needed; away: $(printf '%s\n' "$silent" | paste -sd ' ' -). Start them, and it heals by itself. Where they are gone for good, no run can bring it back: docs/operations.md, \"Quorum lost\", tells how to recover from the data of a server that is left (/usr/local/lib/consul-cluster/recover-quorum.sh)"
}

# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154  # api, others and configDir are the script's that sources this file
# Quorum lost, as opposed to an election that takes a moment. Sourced after lib.sh.

ELECTION=30 # seconds that a cluster may be without a leader before it is taken for one without a quorum

# The other servers of the settings in folder $1 that do not answer gossip, an address a line.
silent_neighbours() {
  for ip in $(neighbours "$1"); do
    consul_api "$api" "/v1/agent/join/$ip" -f -X PUT -o /dev/null || echo "$ip"
  done
}

# Says so where a majority of the servers in the settings of folder $1 is away; returns where it is not.
die_without_quorum() {
  servers=$(($(neighbours "$1" | wc -l) + 1))
  silent=$(silent_neighbours "$1")
  away=$(printf '%s' "$silent" | grep -c . || true)
  quorum=$((servers / 2 + 1))
  [ $((servers - away)) -lt "$quorum" ] || return 0
  die "the cluster has lost its quorum: $((servers - away)) of $servers servers answer and $quorum are needed; away: $(printf '%s\n' "$silent" | paste -sd ' ' -). Start them, and it heals by itself. Where they are gone for good, no run can bring it back: docs/operations.md, \"Quorum lost\", tells how to recover from the data of a server that is left (/usr/local/lib/consul-cluster/recover-quorum.sh)"
}

#!/bin/sh
# For the day on which a majority of the servers is gone for good: tells the servers that are left to be the
# cluster among themselves (Raft's peers.json), with all data that they hold. Run by a person, on each server
# that is left, with the same list:
#
#   recover-quorum.sh                            the only one that is left
#   recover-quorum.sh servers=ID@IP,ID@IP        several; each prints its ID@IP with show=yes
#
# What only the lost servers had acknowledged is lost. Before it changes anything it copies Raft's folder.
# globals: name
set -eu
umask 077
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

own_entry() { echo "$(read_beside_data "$dataDir/node-id")@$(applied_fact address)"; }

peers_json() {
  local place=''
  place=$(applied_fact raft_address)
  echo "$servers" | tr ',' '\n' | raft_peers_file "${place##*:}"
}

# Over a cluster that works it would tear that in two, whether this server is part of that or not; and who does not
# say, for its HTTP is closed to other hosts, may have a leader.
refuse_over_a_leader() {
  local views=''
  find_own_agent || true
  if find_agent; then die "this cluster has a leader, at $via: there is nothing to recover; nothing was changed"; fi
  refuse_over_servers_that_run
  views=$(peer_views | awk '$2 != "-" { print $1 }')
  [ -z "$views" ] || say "these answer, and name no leader: $(printf '%s\n' "$views" | listed)"
}

# Whose Raft listens is not lost: it may be one of a majority, and is one of those who go on.
refuse_over_servers_that_run() {
  local ip='' port='' found=''
  port=$(raft_port)
  for ip in $(peer_ips); do
    case ",$servers," in *"@$ip,"*) continue ;; esac
    [ "$(probe "$ip" "$port")" != open ] || found="$found${found:+, }$ip"
  done
  [ -z "$found" ] || die "Consul listens at $found, port $port, which the list does not name: a server that runs is not lost. Name it in servers=, or stop it for good; nothing was changed"
}

main() {
  local copy=''
  name=$(uname -n)
  require_facts
  # The folder is known here; it may be named to be sure of it.
  dataDir=$(applied_fact data_dir) servers='' show='' configDir=''
  take "dataDir configDir servers show" "$@"
  { [ -n "$(read_beside_data "$dataDir/node-id")" ] && [ -d "$dataDir/raft" ]; } || die "$dataDir holds no server's data"
  [ "$show" != yes ] || { own_entry; return; }
  lock "recovery"
  servers=${servers:-$(own_entry)}
  case ",$servers," in *",$(own_entry),"*) ;; *) die "the list does not name this server, $(own_entry)" ;; esac
  refuse_over_a_leader
  timeout 60 systemctl stop "$SERVICE" || true
  copy=$SNAPSHOTS/raft-$(date -u +%Y-%m-%dT%H-%M-%SZ)
  mkdir -p "$SNAPSHOTS"
  cp -a "$dataDir/raft" "$copy"
  say "Raft's folder copied to $copy"
  peers_json >"$STATE/peers.json"
  # As the user whose folder it is: what that user has put there, a link for example, leads to nothing of root's.
  # shellcheck disable=SC2016  # the shell of the user consul expands it
  runuser -u consul -- sh -c 'umask 077; cat >"$1"' sh "$dataDir/raft/peers.json" <"$STATE/peers.json"
  rm -f "$STATE/peers.json"
  watch_crashes
  timeout 60 systemctl start "$SERVICE"
  say "started with these servers alone: $servers; replace the lost ones next"
}

main "$@" </dev/null

#!/bin/sh
# For the day on which a majority of the servers is gone for good: tells the servers that are left to be the
# cluster among themselves (Raft's peers.json), with all data that they hold. Run by a person, on each server
# that is left, with the same list:
#
#   recover-quorum.sh dataDir=/var/consul                        the only one that is left
#   recover-quorum.sh dataDir=/var/consul servers=ID@IP,ID@IP    several; each prints its ID@IP with show=yes
#
# What only the lost servers had acknowledged is lost. Before it changes anything it copies Raft's folder.
set -eu
umask 077
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh

own_entry() {
  address=$(sed -n 's/^ *"advertise_addr": "\(.*\)",\{0,1\}$/\1/p' "$configDir/10-server.json")
  echo "$(cat "$dataDir/node-id")@$address"
}

peers_json() {
  port=$(sed -n 's/^ *"server": \([0-9]*\),\{0,1\}$/\1/p' "$configDir/10-server.json")
  echo "$servers" | tr ',' '\n' | awk -F@ -v port="$port" '
    BEGIN { printf "[" }
    { address = $2 ~ /:/ ? "[" $2 "]" : $2
      printf "%s\n  { \"id\": \"%s\", \"address\": \"%s:%s\", \"non_voter\": false }", (NR > 1 ? "," : ""), $1, address, port }
    END { print "\n]" }'
}

# Over a cluster that works it would tear that in two.
refuse_over_a_leader() {
  http=$(sed -n 's/^ *"http": \([0-9]*\),\{0,1\}$/\1/p' "$configDir/10-server.json")
  [ -z "$(leader "http://127.0.0.1:$http")" ] || die "this cluster has a leader: there is nothing to recover; nothing was changed"
}

main() {
  dataDir=/var/consul configDir=/etc/consul.d/server servers='' show='' name=$(hostname)
  take "dataDir configDir servers show" "$@"
  { [ -s "$dataDir/node-id" ] && [ -d "$dataDir/raft" ]; } || die "$dataDir holds no server's data"
  [ "$show" != yes ] || { own_entry; return; }
  lock "recovery"
  servers=${servers:-$(own_entry)}
  case ",$servers," in *",$(own_entry),"*) ;; *) die "the list does not name this server, $(own_entry)" ;; esac
  refuse_over_a_leader
  timeout 60 systemctl stop consul.service || true
  copy=$SNAPSHOTS/raft-$(date -u +%Y-%m-%dT%H-%M-%SZ)
  mkdir -p "$SNAPSHOTS"
  cp -a "$dataDir/raft" "$copy"
  say "Raft's folder copied to $copy"
  peers_json >"$dataDir/raft/peers.json.new"
  chown consul:consul "$dataDir/raft/peers.json.new"
  mv "$dataDir/raft/peers.json.new" "$dataDir/raft/peers.json"
  systemctl reset-failed consul.service 2>/dev/null || true
  timeout 60 systemctl start consul.service
  say "started with these servers alone: $servers; replace the lost ones next"
}

main "$@" </dev/null

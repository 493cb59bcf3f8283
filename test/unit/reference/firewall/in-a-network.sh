#!/bin/sh
# Loads rules in a network of its own and knocks from another one:  in-a-network.sh RULES KNOCKER ADDRESS...
# To be run as root of a network namespace that nobody else has; it goes with this process.
set -eu
rules=$1 knocker=$2
shift 2

ip link set lo up
unshare -n sleep 60 &
other=$!
trap 'kill "$other"' EXIT
# Until it has its own network.
while [ "$(readlink "/proc/$other/ns/net")" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link add host type veth peer name caller netns "$other"
ip addr add 192.0.2.200/32 dev host
ip link set host up
there() { nsenter -t "$other" -n "$@"; }
there ip link set caller up
for address in "$@"; do
  there ip addr add "$address/32" dev caller
  ip route add "$address/32" dev host
done
there ip route add 192.0.2.200/32 dev caller
nft -f "$rules"
# Twice, as at a change: it takes its own place.
nft -f "$rules"
there node "$knocker" 192.0.2.200 1500

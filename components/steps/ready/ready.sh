#!/bin/sh
# Waits until the cluster has a leader that every reachable server names, and every server is a healthy
# voter. Then settles what is the whole cluster's: the tokens of its ACLs, autopilot's settings, who its servers are, and that no
# gossip key but the current one is left. Prints a line for each server, its name and its node id, between two marks.
# globals: autopilot via waiting
set -eu
umask 077
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

READY_S=$AFTER_S
LOST_S=15 # after which hosts that do not answer are looked for
KEY_IN_USE=$STATE/key-in-use # the label of the key that was alone in the keyring, when a run last saw the cluster ready

# Who started before the others tries to join again only after retry_interval: join now. Harmless
# where they are joined already.
join_the_others() {
  local ip=''
  for ip in $(peer_ips); do
    answers_gossip "$api" "$(with_gossip_port "$ip")" || true
  done
}

# Of the servers that shall be, those that are no healthy voters. Fails where that is not known.
unhealthy_servers() {
  local view='' server=''
  view=$(autopilot_of "$api") || return
  for server in $(echo "$servers" | tr ',' ' '); do
    printf '%s\n' "$view" | grep -q "^$server true true alive " || echo "$server"
  done
}

# Of these servers, a name a line, those that a run can be about: not who is no part of the cluster, and whose host does not
# answer at all. Nothing has reached it, and after a lost quorum the others are replaced before it.
within_reach() {
  local raft='' absent='' lost='' ip='' server=''
  raft=$(raft_of "$api") || { echo "$1"; return; }
  absent=$(for server in $1; do printf '%s\n' "$raft" | grep -q "^$server " || echo "$server"; done)
  lost=$(silent_peers | while read -r ip; do printf '%s\n' "$raft" | grep -qF " $(bracketed "$ip"):" || echo "$ip"; done)
  if [ -n "$absent" ] && [ "$(printf '%s\n' "$absent" | wc -l)" -le "$(printf '%s' "$lost" | grep -c . || true)" ]; then
    for server in $1; do printf '%s\n' "$absent" | grep -qxF "$server" || echo "$server"; done
  else
    echo "$1"
  fi
}

# A server whose HTTP address is closed to its neighbours is judged by autopilot alone. $1: the leader
named_by_all() { [ -z "$(peer_views | awk -v leader="$1" '$2 != "-" && $3 != leader')" ]; }

wait_until_ready() {
  local limit='' join_at=0 election='' look_for_lost='' leader='' view_status=0
  limit=$(deadline "$READY_S")
  election=$(deadline "$ELECTION_S")
  look_for_lost=$(deadline "$LOST_S")
  while :; do
    find_own_agent || true
    leader=$(leader_of "$api") || leader=''
    waiting=unknown
    if [ -n "$leader" ]; then waiting=$(unhealthy_servers) || { view_status=$?; waiting=unknown; }; fi
    if [ -z "$waiting" ] && named_by_all "$leader"; then break; fi
    if [ -n "$leader" ] && [ -n "$waiting" ] && [ "$waiting" != unknown ] && passed "$look_for_lost" &&
      [ -z "$(within_reach "$waiting")" ] && named_by_all "$leader"; then
      say "no part of the cluster, and their hosts do not answer: $(printf '%s\n' "$waiting" | listed); replace them next"
      break
    fi
    if [ -z "$leader" ] && passed "$join_at"; then
      join_the_others
      join_at=$(deadline 1)
    fi
    # No election can end it: said at once, and not after all of the patience.
    [ -n "$leader" ] || ! passed "$election" || die_without_quorum
    ! passed "$limit" || give_up "$leader" "$waiting" "$view_status"
    sleep 0.1
  done
  via=$api
  if [ -n "$waiting" ]; then say "leader $leader, all others are healthy voters"; else say "leader $leader, all servers are healthy voters"; fi
}

# What is settled takes a while, in which a server may be lost. $waiting: those that were excused before.
require_still_ready() {
  local limit='' now='' lost=''
  limit=$(deadline "$GONE_S")
  while :; do
    if now=$(unhealthy_servers); then
      lost=$(printf '%s\n' "$now" | grep -vxF -e "$waiting") || true
      [ -n "$lost" ] || return 0
    fi
    ! passed "$limit" || die "all is settled, and since then $(printf '%s\n' "${lost:-somebody}" | listed) is no healthy voter any more: bring it back, and run it again"
    sleep 0.5
    find_own_agent || true
  done
}

give_up() {
  if [ -z "$1" ]; then
    die "no leader within $READY_S s; this server's journal:
$(journal_words)
members that it sees (name, status, role):
$(members_of "$api" | cut -d' ' -f1-3)"
  fi
  [ "$2" != unknown ] || die "whether all servers are healthy voters was not known for $READY_S s: asked for autopilot's view, $api $(answer_words "$3"); leader $1"
  die "not healthy voters within $READY_S s: $(printf '%s\n' "$2" | listed); leader $1; autopilot's view (name healthy voter serf address):
$(autopilot_of "$api" | cut -d' ' -f1-5)"
}

# With the new voters in, min_quorum may rise; before anybody leaves, it has to fall.
settle() {
  local status=0
  ask "$via" /v1/operator/autopilot/configuration -X PUT --data-raw "$autopilot" >/dev/null || status=$?
  [ "$status" -eq 0 ] || die "autopilot's settings could not be written: $via $(refusal_words "$status"); run it again"
  kv_put "$via" "$SERVER_NAMES" "$(echo "$servers" | tr ',' ' ')" || status=$?
  [ "$status" -eq 0 ] || die "the names of the servers could not be written: $via $(refusal_words "$status"); run it again"
  ask "$via" "/v1/kv/$REPLACED?recurse" -X DELETE >/dev/null || status=$?
  [ "$status" -eq 0 ] || die "that no server is replaced any more could not be written: $via $(refusal_words "$status"); run it again"
  # A teardown that was begun before this moment is none any more.
  kv_put "$via" "$READY" "$(cat /proc/sys/kernel/random/uuid)" || status=$?
  [ "$status" -eq 0 ] || die "that the cluster is ready could not be written: $via $(refusal_words "$status"); run it again"
  end_rotation
}

# Strict where a rotation was: a member that answers late would else be in the way of every other run.
end_rotation() {
  local label='' before=''
  label=$(cat "$STAGED/secrets/label")
  [ ! -e "$KEY_IN_USE" ] || before=$(cat "$KEY_IN_USE")
  if other_keys_are_left "$STAGED_KEY" || { [ -n "$before" ] && [ "$before" != "$label" ]; }; then
    lock "end of the rotation"
    cluster_lock "end of the rotation"
    retire_old_keys "$STAGED_KEY"
  fi
  echo "$label" >"$KEY_IN_USE"
}

# Between marks: a login shell may print something of its own.
print_nodes() {
  local raft=''
  raft=$(raft_of "$via" '?stale') || die "Raft's configuration cannot be read; run it again"
  echo "consul-cluster: begin"
  printf '%s\n' "$raft" | awk '{ print "node", $1, $2 }'
  echo "consul-cluster: end"
}

main() {
  owner='' servers=''
  take "name owner servers machines" "$@"
  autopilot=$(sed -n 's/^autopilot //p')
  require_owner
  wait_until_ready
  ! has_acls || settle_acls
  settle
  require_still_ready
  print_nodes
}

main "$@"

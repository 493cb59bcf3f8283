#!/bin/sh
# Switches this server to its staged set: starts Consul, reloads it or restarts it, or does nothing where
# the set runs already. What shall run arrives on stdin, a line each: release, restart-settings,
# reloadable-settings, neighbours (digests), the label of the secrets; and wipe-data, where it was asked for.
#
# In a cluster that has a leader a restart passes gates before and after, hands leadership over first, and
# ends with a healthy server or with the previous release and settings in place again. While no leader is
# known anywhere, which is how a cluster begins, it waits for nobody: the servers need each other to elect.
set -eu
umask 027
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh
# shellcheck source=gates.sh
. /usr/local/lib/consul-cluster/gates.sh
# shellcheck source=cluster-lock.sh
. /usr/local/lib/consul-cluster/cluster-lock.sh
# shellcheck source=gossip.sh
. /usr/local/lib/consul-cluster/gossip.sh
# shellcheck source=quorum.sh
. /usr/local/lib/consul-cluster/quorum.sh
# shellcheck source=switch.sh
. /usr/local/lib/consul-cluster/switch.sh
# shellcheck source=wayback.sh
. /usr/local/lib/consul-cluster/wayback.sh
# shellcheck source=activation.sh
. /usr/local/lib/consul-cluster/activation.sh

# ---------------------------------------------------------------- what runs

# Is there a cluster that has something to lose? An election may be going on; without a quorum nothing that
# runs is touched.
find_cluster() {
  cluster=no
  if find_agent; then cluster=yes; fi
  [ "$cluster" = no ] && runs && bootstrapped || return 0
  limit=$(($(seconds) + ELECTION))
  until find_agent; do
    [ "$(seconds)" -lt "$limit" ] || { die_without_quorum "$STAGED/config"; die "the cluster has had no leader for $ELECTION s, though its servers answer; nothing was changed"; }
    sleep 0.5
  done
  cluster=yes
}

# ---------------------------------------------------------------- the actions

# Whoever joins anew costs the others nothing, unless they are not well: then it waits.
start() {
  if [ "$cluster" = yes ] && [ ! -e "$dataDir/node-id" ]; then
    wait_until_well "$BEFORE" "$name" || die "not started, for the others are not well: $reason"
  fi
  switch_over
  systemctl start --no-block consul.service
  # A first start among servers that elect later; else it has to come back as after a restart.
  [ "$cluster" = no ] || keep_or_go_back ''
  switch_is_whole
}

restart() {
  node=$(cat "$dataDir/node-id" 2>/dev/null || true)
  if [ "$cluster" = yes ]; then
    gate_before_restart
    hand_over_leadership "$(own_raft_address)"
  fi
  switch_over
  # Not before the old process is gone: it would answer for the new one.
  timeout 60 systemctl restart consul.service || true
  [ "$cluster" = no ] || keep_or_go_back "$node"
  switch_is_whole
}

# Where it is another server that ails, going back would cost the cluster one more restart and help nobody.
# $1: node id before.
keep_or_go_back() {
  status=0
  gate_after_restart "$release" "$1" || status=$?
  case $status in
    0) ;;
    2) switch_is_whole; die "this server runs the new release and settings, but another is not well, so the run stops here: $reason" ;;
    *) go_back ;;
  esac
}

rotate() {
  find_agent || die "no server knows a leader, so the gossip key cannot be changed"
  staged_key "$STATE/key"
  rotate_gossip_key "$STATE/key"
  rm -f "$STATE/key"
}

own_raft_address() {
  sed -n 's/^ *"bind_addr": "\(.*\)",$/\1/p' "$STAGED/config/10-server.json" | sed 's/.*:.*/[&]/' | tr '\n' ':'
  sed -n 's/^ *"server": \([0-9]*\),\{0,1\}$/\1/p' "$STAGED/config/10-server.json"
}

# The explicit wish to begin again with empty hands: the others keep the data, and teach it anew.
wipe() {
  refuse_to_wipe_the_last
  if runs; then
    gate_before_restart
    hand_over_leadership "$(own_raft_address)"
    timeout 60 systemctl stop consul.service || true
  fi
  find "$dataDir" -mindepth 1 ! -path "$dataDir/$DATA_MARK" -delete
  say "$dataDir wiped"
  start
}

# With nobody else to learn from, the data would be lost for good.
refuse_to_wipe_the_last() {
  [ -n "$others" ] || [ ! -e "$dataDir/raft" ] || [ ! -e "$STATE/active" ] ||
    die "this server is the only one: wiping its data would lose it for good; take a snapshot, and remove $dataDir by hand"
}

nothing() {
  [ "$cluster" = no ] || [ -z "$(unwell)" ] || wait_until_well "$AFTER" ||
    die "nothing to do here, but the cluster is not well: $reason"
}

main() {
  api='' dataDir='' configDir=''
  take "name api dataDir configDir" "$@"
  text=$(cat)
  lock "activation"
  rm -f "$FAREWELL"
  wanted=$STATE/wanted
  printf '%s\n' "$text" >"$wanted"
  check_staged
  others=$(peers "$STAGED/config" "$api")
  find_cluster
  action=$(choose_action)
  case $action in
    nothing | note) ;;
    *) [ "$cluster" = no ] || cluster_lock activation ;;
  esac
  [ "$cluster" = no ] || ! runs || ! differs secrets || rotate
  "$action"
  say_what_was_done "$action"
}

main "$@"

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

part() { sed -n "s/^$1 //p" "$2" 2>/dev/null || true; }

# ---------------------------------------------------------------- what is staged, what runs

check_staged() {
  release=$(part release "$wanted")
  [ -x "$RELEASES/$release/consul" ] || die "release $release is not on this host"
  expect restart-settings "$(digest "$STAGED/config/10-server.json" "$STAGED/config/consul.service" "$STAGED/config/environment")"
  expect reloadable-settings "$(digest "$STAGED/config/20-reloadable.json")"
  expect neighbours "$(digest "$STAGED/config/40-neighbours.json")"
  expect secrets "$(cat "$STAGED/secrets/label")"
}

expect() {
  [ "$(part "$1" "$wanted")" = "$2" ] ||
    die "the staged $1 are not those of this run ($2, not $(part "$1" "$wanted")); run it again"
}

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

differs() { [ "$(part "$1" "$wanted")" != "$(part "$1" "$STATE/active")" ]; }

# The least that serves. What is on its way up or down still runs: only where there is no process at all
# its neighbours have nothing to lose by a start.
choose_action() {
  if differs wipe-data && [ -n "$(part wipe-data "$wanted")" ]; then echo wipe
  elif ! runs; then echo start
  elif cmp -s "$wanted" "$STATE/active"; then echo nothing
  elif differs release || differs restart-settings; then echo restart
  elif differs reloadable-settings; then echo reload
  else echo note
  fi
}

# ---------------------------------------------------------------- the actions

switch_over() {
  remember_previous
  install_config
  install_service
  # From here on the data folder is this cluster's, even if the script is cut off in the next moment.
  printf '%s\n' "$dataDir" >"$STATE/data"
}

switch_is_whole() {
  cp "$wanted" "$STATE/active.new"
  mv "$STATE/active.new" "$STATE/active"
  forget_previous
}

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

reload() {
  switch_over
  answer=$(consul_api "$api" /v1/agent/reload -X PUT -w '%{http_code}') || true
  case $answer in
    *200) switch_is_whole ;;
    *) restore_previous; forget_previous; die "Consul refuses to reload, so it has its previous settings again: ${answer%???}" ;;
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

# What is read at the next start only: who the neighbours are, and a gossip key that the keyring has by now.
note() {
  switch_over
  switch_is_whole
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
  case $action in
    nothing) say "runs these settings already" ;;
    note) say "settings noted, nothing to restart or to reload" ;;
    *) say "$action done, Consul $release" ;;
  esac
}

main "$@"

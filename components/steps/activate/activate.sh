#!/bin/sh
# Switches this server to its staged set: starts Consul, reloads it or restarts it, or does nothing where the set runs
# already. What shall run arrives on stdin, see host-lib/agent/desired.sh.
#
# In a cluster that serves, a restart passes gates before and after, hands leadership over first, and ends with a healthy
# server or with the previous release and settings in place again. Only where there is evidence that no cluster exists
# yet does a start wait for nobody: the servers need each other to elect.
# globals: cluster bootstraps reason
set -eu
umask 027
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

SHOWN_S=3        # in which an agent answers, or a crash shows
SAYS_NOTHING_S=5 # to see a leader, where the peers' HTTP is closed to other hosts

# ---------------------------------------------------------------- what runs

# An election may be going on; without a quorum nothing that runs is touched.
await_leader() {
  assess_cluster
  case $cluster in leaderless | unknown) ;; *) return 0 ;; esac
  runs || return 0
  if await_agent "$ELECTION_S"; then cluster=serving; return 0; fi
  # A creation that was cut off where the peers' HTTP is closed: this server began as one that joins, and found nobody.
  if [ "$cluster" = unknown ] && [ "$(own_evidence)" = waiting ] && peers_are_closed; then
    cluster=forming
    return 0
  fi
  [ "$cluster" != leaderless ] || die_without_quorum
  die "the cluster has had no leader for $ELECTION_S s${reason:+, and $reason}; nothing was changed"
}

# Nobody can ask it any more, nor take the cluster's lock through it. What heals that is a reload, which harms nobody and needs no gate;
# nothing else is done. A switch that was cut off goes on once the agent can be asked: what it had put in place, or had not, is there then.
renew_certificate() {
  bootstraps=no
  if [ -e "$PREVIOUS/complete" ]; then
    switch_over
    reload_by_signal ||
      die "$(lock_out_words); a signal to reload did not change that. Restart it by hand (systemctl restart $SERVICE) while all others are well, and run it again"
    find_own_agent || true
    return 0
  fi
  # Neither another gossip key nor other tokens are known to the cluster, which nobody can ask to learn them.
  if [ "$(choose_action)" != reload ] || differs secrets || differs acl-rotation; then
    die "$(lock_out_words); only a reload renews it: take back what else is to change on this server, run, and change it after that; nothing was changed"
  fi
  reload
  say_what_was_done reload
}

lock_out_words() { echo "the certificate that this server shows is not accepted here any more (its time, its name or its CA), and HTTPS is its only API"; }

# Who is part of a cluster is not bootstrapped; who was laid down to be, and never was, still is.
decide_bootstrap() {
  bootstraps=no
  case $cluster in
    forming) bootstraps=yes ;;
    serving) ;;
    *) was_applied && [ ! -e "$(applied_fact config_dir)/bootstrap.json" ] || bootstraps=yes ;;
  esac
}

# A creation that was cut off, and goes on with another number of servers: nobody has anything to lose yet.
waits_for_others() {
  [ "$cluster" = forming ] && runs && [ "$(own_evidence)" = waiting ] &&
    ! same_file "$(applied_fact config_dir)/bootstrap.json" "$STAGED/config/bootstrap.json"
}

# ---------------------------------------------------------------- the actions

start() {
  local had_data=no
  ! has_raft_data || had_data=yes
  refuse_to_join_nobody
  # A server that joins with an empty data folder takes no vote away; but it waits while the cluster is not well.
  if [ "$cluster" = serving ] && ! has_raft_data; then
    wait_until_well "$BEFORE_S" "$name" || die "not started, for the others are not well: $reason"
  fi
  if [ "$cluster" = unknown ]; then start_to_find_out "$had_data"; else start_service; fi
  if [ "$cluster" = serving ]; then keep_or_roll_back ''; else refuse_a_crash; fi
  switch_is_whole
}

start_service() {
  switch_over
  watch_crashes
  systemctl start --no-block "$SERVICE"
  look_at_the_new_set
}

# Where the peers' HTTP is closed to other hosts they do not say whether there is a cluster; its own agent sees it once it has
# joined, as whoever joins. Where there is none, it begins again as one of those who form it. $1: whether it had data.
start_to_find_out() {
  bootstraps=no
  start_service
  if await_agent "$SAYS_NOTHING_S"; then
    cluster=serving
    cluster_lock activation
  elif [ "$1" = no ]; then
    bootstraps=yes
    switch_over
    restart_service
  fi
}

# Without data of its own, a server is of use only to a cluster that serves or that is being formed.
refuse_to_join_nobody() {
  case $cluster in serving | forming) return 0 ;; esac
  ! has_raft_data || return 0
  case $cluster in
    leaderless) die_without_quorum; die "not started: the cluster has no leader, and a server without data cannot help it; nothing was changed" ;;
    *) peers_are_closed || die "not started: whether there is a cluster already is not known, for $reason; nothing was changed" ;;
  esac
}

# Nobody's health is waited for where the cluster is being formed; but what ends at once will never be part of it.
refuse_a_crash() {
  local limit=''
  limit=$(deadline "$SHOWN_S")
  until leader_of "$api" >/dev/null || passed "$limit"; do
    if crash_looping || [ "$(service_property SubState)" = auto-restart ]; then
      die "$(crash_words):
$(journal_words)"
    fi
    sleep 0.1
  done
}

restart() {
  local node=''
  if [ "$cluster" = serving ]; then
    read_self "$api" || die "not restarted, for the agent here does not say who it is; nothing was changed"
    node=$self_node
    refuse_an_ended_certificate "not restarted"
    gate_before_restart "not restarted"
    require_cluster_lock "not restarted"
    hand_over_leadership "$(applied_fact raft_address)"
    require_answering_voters "not restarted"
  elif [ "$cluster" != forming ]; then
    die "not restarted: this server runs, and whether its cluster can do without it is not known${reason:+, for $reason}; nothing was changed"
  fi
  switch_over
  restart_service
  look_at_the_new_set
  if [ "$cluster" = serving ]; then keep_or_roll_back "$node"; else refuse_a_crash; fi
  switch_is_whole
}

# Where it is another server that ails, going back would cost the cluster one more restart and help nobody.
# $1: node id before.
keep_or_roll_back() {
  local status=0
  gate_after_restart "$release" "$1" || status=$?
  case $status in
    0) ;;
    2) switch_is_whole; die "this server runs the new release and settings, but another is not well, so the run stops here: $reason" ;;
    *) roll_back ;;
  esac
}

# The explicit wish to begin again with empty hands: the others keep the data, and teach it anew.
wipe() {
  # A new machine under the old mark has nothing to give up.
  if [ "$cluster" = forming ] || { ! runs && ! has_raft_data; }; then
    ! runs || stop_service
  else
    [ "$cluster" = serving ] ||
      die "its data is not wiped while no server serves: it may be all there is; start the others first; nothing was changed"
    require_other_voters "its data is not wiped"
    gate_before_restart "its data is not wiped"
    require_cluster_lock "its data was not wiped"
    if runs; then hand_over_leadership "$(applied_fact raft_address)"; fi
    require_answering_voters "its data is not wiped"
    stop_service
  fi
  empty_data_folder
  note_wipe
  start
}

# Another key than the applied one is a rotation. Whoever has none applied, and joins with another key than the pool's,
# would not be understood there: the pool has to say that nobody uses its key.
needs_rotation() {
  local state=''
  [ ! -e "$APPLIED" ] || { differs secrets; return; }
  state=$(keyring_state "$STAGED_KEY") || return 1
  printf '%s\n' "$state" | awk '$3 > 0 { used = 1 } END { exit used }'
}

# Another gossip key, in the running pools.
rotate() {
  find_agent_in_pool || die "no server knows a leader, so the gossip key cannot be changed; nothing was changed"
  rotate_gossip_key "$STAGED_KEY"
}

no_op() {
  restore_damaged_set
  [ "$cluster" != serving ] || [ -z "$(health_problem)" ] || wait_until_well "$AFTER_S" ||
    die "nothing to do here, but the cluster is not well: $reason"
}

chosen_action() {
  local action=''
  action=$(choose_action)
  case $action in no_op | record_only | reload) ! waits_for_others || action=restart ;; esac
  echo "$action"
}

main() {
  local action=''
  owner=''
  take "name owner" "$@"
  lock "activation"
  require_owner
  require_facts
  rm -f "$TEARDOWN"
  read_desired
  find_own_agent || true
  if is_locked_out; then
    renew_certificate
    ! same_file "$desired" "$APPLIED" || return 0
  fi
  await_leader
  decide_bootstrap
  action=$(chosen_action)
  case $action in
    no_op) ;;
    record_only) ! differs secrets || [ "$cluster" != serving ] || cluster_lock rotation ;;
    *) [ "$cluster" != serving ] || cluster_lock activation ;;
  esac
  # It may have been started, or stopped, while others were waited for.
  [ -z "$lock_was_held" ] || action=$(chosen_action)
  [ "$cluster" != serving ] || ! needs_rotation || rotate
  if [ "$cluster" = serving ]; then prepare_tokens; await_tokens_here; fi
  "$action"
  note_wipe
  say_what_was_done "$action"
}

main "$@"

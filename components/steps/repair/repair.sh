#!/bin/sh
# The sick first: a server that does not run, crashes again and again, or is out of its cluster costs it nothing when it
# is changed. So it gets its staged set and is started before the chain of the others begins, whatever its place in
# the list; a server that serves, or that has never run, is left to its turn there. What shall run arrives on stdin, as
# for activate.sh.
#
# Where the cluster serves, it waits until this one is back, so that the others' gates find it well. Where it does
# not, nothing here waits for a leader: others may have to be repaired for that, at the same time.
# globals: sick reason cluster bootstraps
set -eu
umask 027
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

AGENT_S=10     # for an election to end, or an answer to come
OUT_OF_IT_S=10 # a server without a leader, while others have one
LEFT_OUT_S=5   # the same, while nobody else is mended
SETTLED_S=8    # in which a crash shows

# Who is found well here is not asked again before its settings change. So no single look decides: an election takes a
# second, and an answer may come too late. Where all is at rest nothing is waited for.
assess_patiently() {
  assess_cluster
  case $cluster in
    serving | forming) return 0 ;;
    stopped) ! is_applied || return 0 ;;
  esac
  if await_agent "$AGENT_S"; then cluster=serving; fi
}

# Sets $sick to what ails this server, '' where nothing does that is to be mended here. $1: seconds in which its way to the
# leader may come back by itself.
diagnose() {
  local limit='' last=''
  sick=''
  if ! is_applied; then
    [ "$cluster" = serving ] || return 0
    # Who runs is judged by what it does, whatever is noted of it.
    if ! runs || was_crash_looping; then look_for_former_self; return 0; fi
  fi
  if ! runs; then sick="does not run"; return 0; fi
  if was_crash_looping; then sick="crashes again and again"; return 0; fi
  # Where nobody has a leader, one that runs is part of what may elect one: it is left alone.
  [ "$cluster" = serving ] || return 0
  if ! read_self "$api" && ! active_set_is_whole; then sick="runs settings that were damaged on its disk, and answers nobody here"; return 0; fi
  if is_outside_of_gossip; then sick="is outside of its cluster's gossip"; return 0; fi
  limit=$(deadline "$1")
  last=$(deadline $(($1 + AGENT_S)))
  until serves "$api"; do
    if was_crash_looping; then sick="crashes again and again"; return 0; fi
    # No answer makes nobody sick: the others have to say so, and most of them have to serve.
    if passed "$limit" && majority_serves && is_missed; then sick="cannot reach the leader that its cluster has"; return 0; fi
    ! passed "$last" || return 0
    sleep 0.5
  done
}

# Do the others say that this server is no healthy voter?
is_missed() {
  local view=''
  find_peer_agent
  view=$(autopilot_of "$via") || return 1
  ! printf '%s\n' "$view" | grep -q "^$name true true alive "
}

# Nothing is applied here: does Raft's configuration have a server at this address? One of this name at another address is no
# former self of this host: the server moves, and leaves there before it joins from here.
look_for_former_self() {
  local raft='' limit=''
  limit=$(deadline "$AGENT_S")
  until raft=$(raft_of "$via"); do
    ! passed "$limit" || die "whether the cluster knows this server from before is not known, for ${via:-nobody} does not tell Raft's configuration; nothing was changed, run it again"
    sleep 0.5
    find_agent || true
  done
  if printf '%s\n' "$raft" | awk -v address="$(bracketed "$(staged_fact address)"):" 'index($4, address) == 1 { n++ } END { exit !n }'; then
    sick="was installed anew"
  fi
}

# One that has a process is restarted alone, and not where another run is at work. What ailed it may have been one that was mended
# until then, so it is looked at again: nobody restarts because of a leader that is back.
take_turn() {
  if [ "$cluster" != serving ] || ! runs || was_crash_looping; then return 0; fi
  cluster_lock repair
  [ -n "$lock_was_held" ] || return 0
  diagnose "$LEFT_OUT_S"
  [ -n "$sick" ] || say "is well by now"
}

mend() {
  bootstraps=no
  # Asked for the cluster: a peer, for what this one says of it is not to be relied on.
  [ "$cluster" != serving ] || find_peer_agent
  if wipe_is_due; then
    begin_anew
  else
    if [ "$cluster" = serving ] && ! uses_staged_key && keyring_is_stale; then
      stop_service
      remove_stale_keyring
    fi
    # One that was being formed goes on being formed.
    [ ! -e "$(applied_fact config_dir)/bootstrap.json" ] || bootstraps=yes
    switch_over
  fi
  restart_service
  look_at_the_new_set
}

# The data folder is given up only where others serve, are well, and hold what it held; one without Raft's data holds
# nothing that could be given up.
begin_anew() {
  if has_raft_data; then
    [ "$cluster" = serving ] ||
      die "its data is not wiped while no server serves: it may be all there is; start the others first; nothing was changed$(words_on_closed_http)"
    cluster_lock "wipe"
    require_other_voters "its data is not wiped"
    wait_until_well "$BEFORE_S" "$name" || die "its data is not wiped, for the others are not well: $reason; nothing was changed"
    require_cluster_lock "its data was not wiped"
  elif [ "$cluster" = forming ]; then
    bootstraps=yes
  fi
  stop_service
  empty_data_folder
  note_wipe
  switch_over
}

# Where the others' HTTP is closed to this host, and its own agent does not run, nobody can tell it that they serve.
words_on_closed_http() {
  peers_are_closed || return 0
  echo ". Here the others cannot say whether they serve, for their HTTP is closed to this host (addresses.http): where \`consul operator raft list-peers\` on one of them shows a leader and all of them as voters, empty $(staged_fact data_dir) on this host by hand (systemctl stop consul, then all that is in it), and run it again"
}

# Its process is up for good; and where its cluster serves, it is part of it again.
await_recovery() {
  local limit=''
  limit=$(deadline "$AFTER_S")
  if [ "$cluster" != serving ]; then limit=$(deadline "$SETTLED_S"); fi
  while ! is_back; do
    if crash_looping || crashed_once_more; then fail_to_mend; fi
    if passed "$limit"; then
      [ "$cluster" = serving ] || return 0
      fail_to_mend
    fi
    sleep 0.5
  done
}

is_back() {
  caught_up "$release" '' || return 1
  # One that leads says of itself that it is well, also where gossip knows nobody but itself.
  reason="gossip here does not have most servers for alive"
  sees_majority "$api" || return 1
  reason="it is no healthy voter yet"
  find_agent && autopilot_of "$via" | grep -q "^$name true true alive "
}

# Seen early: the second end within seconds.
crashed_once_more() {
  [ $(($(service_property NRestarts) - ${restarts_before:-0})) -ge 2 ] || return 1
  reason=$(crash_words)
}

fail_to_mend() {
  die "this server $sick, and is not well with the staged release and settings either: $reason
$(journal_words)"
}

# It serves, so it goes the way of all that serve: with the gates, the lock and the hand-over of an activation.
finish_switch() {
  say "a change of this server was cut off: it is brought to its end under the gates"
  cluster_unlock
  exec 9>&-
  "$LIBRARY/activate.sh" "name=$name" "owner=$owner" <"$desired"
}

main() {
  owner=''
  take "name owner" "$@"
  lock "repair"
  require_owner
  require_facts
  read_desired
  find_own_agent || true
  assess_patiently
  # By whichever server can, before any of them switches: one that is new here knows no token that could make others.
  [ "$cluster" != serving ] || prepare_tokens
  diagnose "$OUT_OF_IT_S"
  [ -z "$sick" ] || take_turn
  if [ -z "$sick" ]; then
    # A change that was cut off on this host, and may have been taken back since, so that its activation has nothing to do.
    [ ! -e "$PREVIOUS/complete" ] || finish_switch
    return 0
  fi
  say "this server $sick: it is mended before the others change"
  mend
  await_recovery
  switch_is_whole
  note_wipe
  say "mended: Consul $release runs"
}

main "$@"

#!/bin/sh
# Makes the cluster forget a server that has left or is dead: out of Raft, out of gossip. One that comes back under its name, for
# its machine or its address is replaced, stays in the list of members as one that has left. Runs on a server that stays. Ends
# with 3 where this one cannot tell: its own Consul names no leader, or it is another component's.
# (Departures of 0.1.0 say api and configDir.)
# globals: returns
set -eu
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

FORGOTTEN_S=60
REPLACED_S=86400 # after which a server that did not come back is a member that is away, like any other
AGAIN_S=3 # in which an answer comes, while the lock is held
DEAD_S=30 # in which gossip has taken a dead server for failed, in a large pool and under load
ANSWERS="it answers over gossip"

# The server that goes in Raft's configuration, ID ADDRESS:PORT; by address where its name has been forgotten already.
raft_row() {
  local raft=''
  raft=$(raft_of "$api") || return
  printf '%s\n' "$raft" | awk -v name="$server" -v address="$address" '
    { ip = $4; sub(/:[0-9]+$/, "", ip); gsub(/[][]/, "", ip) }
    ($1 == name || ($1 !~ /^[a-z0-9-]+$/ && ip == address)) && !n++ { print $2, $4 }'
}

raft_id() {
  local row=''
  row=$(raft_row) || return
  echo "${row%% *}"
}

# Is the server a member of a pool? A pool that is not known may have it.
in_gossip() {
  local view=''
  view=$(members_of_pools "$api") || return 0
  view=$(printf '%s\n' "$view" | grep -e "^$server " -e "^$server\.$datacenter ")
  if [ "$returns" = yes ]; then view=$(printf '%s\n' "$view" | grep -v '^[^ ]* 3 '); fi
  [ -n "$view" ]
}

# Shall the cluster have a server of this name? The run that replaces one leaves it among the servers that ready.sh has noted.
comes_back() {
  local noted=''
  noted=$(kv_get "$api" "$SERVER_NAMES") || return 1
  printf '%s\n' "$noted" | tr ' ' '\n' | grep -qxF "$server"
}

# Tells who looks for members that are away; a run that was cut off may have told them.
note_replacement() {
  local session=''
  ! kv_get "$api" "$REPLACED/$server" >/dev/null || return 0
  session=$(new_session "$api" "replacement of $server" "$REPLACED_S" delete) || return 1
  kv_put "$api" "$REPLACED/$server" left "?acquire=$session"
}

# Out of the pools. Whom they have forgotten they do not notice at once when it comes back: gossip keeps a forced leave for five
# minutes in mind, so the leader takes who joins for leaving, and looks again once a minute.
leave_gossip() {
  local lan='?prune' wan='?prune&wan=1'
  if [ "$returns" = yes ]; then
    in_gossip || return 0
    lan='' wan='?wan=1'
  fi
  ask "$api" "/v1/agent/force-leave/$server$lan" -X PUT >/dev/null || true
  ! has_wan_pool || ask "$api" "/v1/agent/force-leave/$server.$datacenter$wan" -X PUT >/dev/null || true
}

is_known() {
  local id=''
  id=$(raft_id) || return 0
  [ -n "$id" ] || in_gossip
}

# What shows that the server lives: $ANSWERS is certain, and the rest may be what was. Nothing where nothing shows it. Fails
# where that is not known. Whether it is well is not asked: one that is slow lives, too.
sign_of_life() {
  local view='' row='' leader='' answers=no status=0
  # First: an agent that answers is a member after that.
  answers_gossip "$api" "$(with_gossip_port "$address")" || status=$?
  case $status in 0) answers=yes ;; 3) return 3 ;; esac
  view=$(members_of "$api") || return
  row=$(raft_row) || return
  leader=$(leader_of "$api") || return
  if [ "$answers" = yes ] && [ -z "$(living_successor "$view")" ]; then echo "$ANSWERS"
  elif printf '%s\n' "$view" | grep -q "^$server 1 "; then echo "it is alive in gossip"
  elif [ -n "$row" ] && [ "$leader" = "${row#* }" ]; then echo "it leads them"
  fi
}

# Who else of the members $1 is alive at the server's address: its host may have been set up again under another name.
living_successor() {
  printf '%s\n' "$1" | awk -v name="$server" -v address="$address" '$1 != name && $2 == 1 && $5 == address { print $1 }'
}

# A server that nobody reaches over SSH may serve its neighbours all the same. Of one that has just died gossip learns late,
# and where it led there is an election first: both are waited for, $1 seconds.
refuse_if_alive() {
  local sign='' limit='' known=yes
  limit=$(deadline "$1")
  while :; do
    known=yes
    sign=$(sign_of_life) || known=no
    [ "$known" = no ] || [ -n "$sign" ] || return 0
    if [ "$sign" = "$ANSWERS" ] || passed "$limit"; then break; fi
    sleep 0.5
  done
  [ "$known" = yes ] || die "whether $server serves its neighbours is not known; nothing was changed, run it again"
  die "$server cannot be reached, but serves its neighbours ($sign): it is not taken for dead; nothing was changed. Mend the way to it, or stop its Consul, and run it again"
}

remove_from_raft() {
  local id='' missing=''
  id=$(raft_id) || die "$server stays in Raft's configuration, which cannot be read; run it again"
  [ -n "$id" ] || return 0
  wait_until_well "$BEFORE_S" "$server" "$id" || die "$server stays in Raft's configuration, for the others are not well: $reason"
  missing=$(missing_servers "$server") || die "$server stays in Raft's configuration: which servers belong to the cluster is not known"
  [ -z "$missing" ] || die "$server stays in Raft's configuration: $(printf '%s\n' "$missing" | listed) shall be a voter and is none yet; one server at a time"
  require_cluster_lock "$server stays in Raft's configuration"
  # The lock and the others were waited for: it may be back by now.
  [ "$dead" != yes ] || refuse_if_alive "$AGAIN_S"
  ask "$api" "/v1/operator/raft/peer?id=$id" -X DELETE >/dev/null || say "$server could not be removed from Raft, autopilot may have been faster"
}

main() {
  local limit='' words="gone from Raft and from gossip"
  owner='' server='' address='' datacenter='' dead='' returns=no
  take "name owner server address datacenter dead api configDir" "$@"
  [ -z "$owner" ] || [ "$(owner_id)" = "$owner" ] || exit 3
  find_own_agent || exit 3
  ! teardown_stands || return 0
  lock "forgetting $server"
  restore_facts || exit 3
  names_a_leader "$api" || exit 3
  # Where that is not known, or cannot be told, it is taken for gone for good, which costs it a minute if it comes back.
  if comes_back && note_replacement; then
    words="gone from Raft, and has left gossip until it comes back" returns=yes
  fi
  is_known || return 0
  # Before the cluster's lock: it may take longer than others wait for that.
  [ "$dead" != yes ] || refuse_if_alive "$DEAD_S"
  cluster_lock "forgetting $server"
  limit=$(deadline "$FORGOTTEN_S")
  while :; do
    remove_from_raft
    leave_gossip
    is_known || break
    ! passed "$limit" || die "$server is still known to the cluster; run it again"
    sleep 0.5
  done
  say "$server is $words"
}

main "$@" </dev/null

# shellcheck shell=sh
# shellcheck disable=SC2154  # neighbours and others are those of depart.sh, behind which this stands
# The teardown: the whole cluster goes, so whatever leaves in this run leaves without gates. And its opposite: the cluster is
# kept after all.

# The run is told here, and every host that answers is told, too: should this run be cut off, the next one
# goes on as this one did. A later activation, or readiness, takes the word back, and an hour (host-lib/gate/teardown.sh).
#
# Where a host that stays answers and was not told, nothing leaves: the cluster would be taken away in part, and the run
# after this one would take what is left for a cluster that goes on.
teardown() {
  local host='' untold=''
  [ "$protected" != yes ] ||
    die "termination protection is on: the servers would have left by the time that the end of their machines is refused. No server was touched. Set terminationProtection: false, run, then take the cluster away; docs/operations.md says what to do where no run ends well any more"
  unpack_access
  cp "$access/owner" "$(marker)"
  for host in $(echo "$neighbours" | tr ',' ' '); do
    tell "$host" yes >/dev/null 2>"$access/$host.words" &
  done
  wait
  [ "$stays" = yes ] || return 0
  for host in $(echo "$neighbours" | tr ',' ' '); do
    was_told_or_passed "$host" || {
      untold="$untold $host"
      cat "$access/$host.words" >&2
    }
  done
  [ -z "$untold" ] || {
    rm -f "$(marker)"
    for host in $(echo "$neighbours" | tr ',' ' '); do
      [ "$(told_status "$host")" != 0 ] || tell "$host" no >/dev/null 2>&1
    done
    die "the cluster is not taken away, for these answer and could not be told:$untold. No server was touched. Mend their access and run it again; or leave them on their hosts as they are, with CONSUL_CLUSTER_LEAVE_BEHIND=$(echo "${untold# }" | tr ' ' ,) in the environment of the run"
  }
}

# Tells the host $1 whether the whole cluster goes, $2, and notes what became of that.
tell() {
  local status=0
  on_host "$1" leave.sh "name=$1" "teardown=$2" || status=$?
  echo "$status" >"$access/$1.told"
}

told_status() { cat "$access/$1.told" 2>/dev/null || true; }

# A host that is away, bare or another's by now has nothing to be told.
was_told_or_passed() {
  case $(told_status "$1") in
    0 | 4 | 5) return 0 ;;
    255) [ "$(why_not_reached "$1")" = away ] || is_left_behind "$1" ;;
    6) is_left_behind "$1" ;;
    *) return 1 ;;
  esac
}

# The cluster has what tells of its teardown again: it is kept. Where a run of this computer has begun to take it away, and was
# cut off, the hosts that answer are told so, for one server that leaves would else pass no gate there. The mark of such a
# run has the owner's id, which a cluster that has gone whole takes along: so nobody is asked when a cluster is made. It
# stops nothing.
keep() {
  local host='' mark='' untold=''
  has_marks || { cat >/dev/null; return; }
  unpack_access
  [ -n "$(own_marks)" ] || return 0
  for host in $(hosts_known); do
    tell "$host" no >/dev/null 2>&1 &
  done
  wait
  for host in $(hosts_known); do
    was_told_or_passed "$host" || untold="$untold $host"
  done
  [ -z "$untold" ] || say "a run that was to take this cluster away was cut off, and these could not be told that it stays:$untold. Let no server leave within the next hour, for there it would leave without gates"
  own_marks | while read -r mark; do rm -f "$mark"; done
}

# Are there marks of any run? In a folder that is somebody else's there are none.
has_marks() { [ -O "$(marks)" ] && [ -n "$(find "$(marks)" -name 'teardown-*')" ]; }

# Those of runs that were to take this cluster away, a path a line.
own_marks() {
  local mark=''
  for mark in "$(marks)"/teardown-*; do
    [ "$(cat "$mark")" != "$(cat "$access/owner")" ] || echo "$mark"
  done
}

hosts_known() { sed -n 's/^Host \([^.*]*\)$/\1/p' "$access/ssh_config"; }

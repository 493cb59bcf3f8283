#!/bin/sh
# globals: outcome outcome_words cluster name address datacenter neighbours stays removeData protected
# Takes a server out of its cluster, from the computer that runs Pulumi, over OpenSSH. A remote command cannot
# do that: it fails where the host is dead, and a host that is dead must not be in the way.
#
#   depart.sh keep                    nothing: the server stays
#   depart.sh teardown KEY=VALUE...   the whole cluster goes: see depart-teardown.sh
#   depart.sh leave KEY=VALUE...      the server `name` leaves
#
# KEYs: cluster name address datacenter neighbours stays removeData protected.
# Its stdin, a here-document behind this text, is secret: how to reach every server, an OpenSSH configuration
# with its keys, and who the owner is, in the form that unpack_access reads. It may be cut off anywhere and run again.
# Behind over-ssh.sh.
set -eu

LIBRARY=/usr/local/lib/consul-cluster

# Whom the operator leaves as they are though they answer: names between commas, or `all`.
LEFT_BEHIND=${CONSUL_CLUSTER_LEAVE_BEHIND:-}

take() {
  local pair=''
  for pair in "$@"; do
    case ${pair%%=*} in
      cluster | name | address | datacenter | neighbours | stays | removeData | protected) eval "${pair%%=*}=\${pair#*=}" ;;
      *) die "unknown setting ${pair%%=*}" ;;
    esac
  done
}

# ---------------------------------------------------------------- the run

# Where the runs of this computer that take a cluster away leave their marks.
marks() { echo "${XDG_RUNTIME_DIR:-/tmp}/consul-cluster-$(id -u)"; }

# All commands of a run are children of one process, the plugin: that is how they know each other. Its start
# tells it from another process that has its number on another day.
marker() {
  local folder='' run=''
  folder=$(marks)
  [ -d "$folder" ] || mkdir -m 0700 "$folder"
  [ -O "$folder" ] || die "$folder is somebody else's"
  run=$(sed 's/.*) //' "/proc/$PPID/stat" 2>/dev/null | cut -d' ' -f20)
  [ -n "$run" ] || run=$(ps -o lstart= -p "$PPID" | cksum | cut -d' ' -f1)
  printf '%s/teardown-%s-%s-%s' "$folder" "$cluster" "$PPID" "$run"
}

whole_cluster_goes() { [ -e "$(marker)" ]; }

# ---------------------------------------------------------------- the hosts

# Runs a script of the library on the host $1, as root, and ends as it does: with 4 where the host has no library, too, and
# with 255 where it was not reached. What OpenSSH itself says of that is in the file `HOST.said`, apart from what the host
# prints: a login shell may say anything.
on_host() {
  local host="$1" script="$2" words='' word='' password='' as_root='' command='' status=0
  shift 2
  let_in "$host" || return 255
  for word in "$@" "owner=$(cat "$access/owner" 2>/dev/null)"; do words="$words '$word'"; done
  password=$access/$host.password
  if [ -e "$password" ]; then
    as_root=$LIBRARY/as-root.sh
  else
    password=/dev/null
    as_root="\$([ \"\$(id -u)\" -eq 0 ] || echo sudo -n)"
  fi
  : >"$access/$host.said"
  command="if [ -x $LIBRARY/$script ]; then :; elif systemctl --quiet is-active consul 2>/dev/null; then exit 6; else exit 4; fi; $as_root $LIBRARY/$script$words"
  # The user's own shell may be one of csh's kind: it gets three words.
  command=$(printf '%s\n' "$command" | sed "s/'/'\\\\''/g")
  ssh -F "$access/ssh_config" -E "$access/$host.said" "$host" "exec sh -c '$command'" <"$password" >/dev/null || status=$?
  said_of "$host" >&2
  return "$status"
}

# Has the host $1 let somebody in, in this run or just now? Its scripts bound themselves; a login would be waited for without an end.
let_in() {
  [ ! -e "$access/$1.open" ] || return 0
  # OpenSSH's alarm is none there.
  logs_in "$1" || { was_made_anew "$1" || said_of "$1" >&2; return 1; }
  : >"$access/$1.open"
}

# Is another machine at the place of the one that goes, $1, which is the stack's own?
was_made_anew() { [ "$1" = "$name" ] && [ "$stays" != yes ] && shows_another_key "$1"; }

# Has the operator said that this one may stay as it is?
is_left_behind() { case ",$LEFT_BEHIND," in *",$1,"* | *,all,*) return 0 ;; esac; return 1; }

# ---------------------------------------------------------------- leaving

# A machine that goes with the whole cluster is. $1: does that go?
is_deleted_next() { [ "$1" = yes ] && [ "$stays" != yes ]; }

# Sets $outcome: `gone` in order; `away` or `left` where it was not reached, and may be passed; `bare` where it is not on its
# host any more, which has nothing of this library, or another server by now; `another` where that is another component's.
# $outcome_words: for people. $1: does the whole cluster go?
leave_itself() {
  local status=0
  on_host "$name" leave.sh "name=$name" "whole=$1" || status=$?
  case $status in
    0) outcome=gone ;;
    4) outcome=bare outcome_words="is not on its host any more"; return ;;
    5) outcome=another; return ;;
    6)
      outcome=left outcome_words="is left as it is (Consul runs there, and nothing of this library is on it any more)"
      is_left_behind "$name" || is_deleted_next "$1" ||
        die "cannot be taken out: nothing of this library is on it any more, and Consul runs there. Nothing was changed, and it stays in the stack. Set it up again by raising its generation, or stop Consul there; or leave it on its host as it is, with CONSUL_CLUSTER_LEAVE_BEHIND=$name in the environment of the run"
      return
      ;;
    255) not_reached "$1"; return ;;
    *) exit 1 ;;
  esac
  [ "$stays" = yes ] || return 0
  on_host "$name" remove.sh "name=$name" "address=$address" "removeData=$removeData" || exit 1
}

# Only who is away is passed. Who answers, and lets nobody in, may serve its cluster.
not_reached() {
  local why=''
  why=$(why_not_reached "$name")
  outcome=away outcome_words="does not answer SSH at $address"
  [ "$why" != away ] || return 0
  # A run was cut off, or has failed, after that. Whether who was there serves all the same its neighbours tell.
  if was_made_anew "$name"; then
    outcome=away outcome_words="is gone: another machine is at $address by now"
    return 0
  fi
  outcome=left outcome_words="is left as it is ($why)"
  ! is_left_behind "$name" || return 0
  ! is_deleted_next "$1" || return 0
  die "cannot be taken out: at $address $why. It may run, so nothing was changed and it stays in the stack. Mend its access and run it again; or leave it on its host as it is, with CONSUL_CLUSTER_LEAVE_BEHIND=$name in the environment of the run"
}

# The first neighbour that answers and knows a leader makes the others forget the server. $1: is it dead?
force_removed() {
  local peer='' status=0
  for peer in $(echo "$neighbours" | tr ',' ' '); do
    status=0
    on_host "$peer" force-remove.sh "name=$peer" "server=$name" "address=$address" "datacenter=$datacenter" "dead=$1" || status=$?
    case $status in
      0) return 0 ;;
      3 | 4 | 6 | 255) ;; # Ask another.
      *) exit 1 ;;
    esac
  done
  return 1
}

leave() {
  unpack_access
  if whole_cluster_goes; then
    leave_itself yes
    case $outcome in gone | another) ;; *) say "$outcome_words; what is on it stays there" ;; esac
    return 0
  fi
  leave_itself no
  case $outcome in
    another) return 0 ;;
    gone)
      [ -z "$neighbours" ] || force_removed no || say "no neighbour could be asked to forget this server"
      return 0
      ;;
  esac
  say "$outcome_words; its neighbours are asked to forget it"
  [ -z "$neighbours" ] || force_removed yes ||
    die "none of its neighbours answers SSH and knows a leader either, so it stays as it is; where the whole cluster is to go, use \`pulumi destroy\`; where it has lost its quorum, see docs/operations.md"
}

keep() { cat >/dev/null; }

main() {
  local verb="$1"
  cluster='' name='' address='' datacenter='' neighbours='' stays='' removeData='' protected=''
  shift
  take "$@"
  case $verb in
    keep) keep ;;
    teardown) teardown ;;
    leave) leave ;;
    *) die "unknown verb $verb" ;;
  esac
}

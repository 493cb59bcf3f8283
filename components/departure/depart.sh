#!/bin/sh
# Takes a server out of its cluster, from the computer that runs Pulumi, over OpenSSH. A remote command cannot
# do that: it fails where the host is dead, and a host that is dead must not be in the way.
#
#   depart.sh keep                    nothing: the server stays
#   depart.sh farewell                the whole cluster goes: whatever leaves in this run leaves without gates
#   depart.sh leave KEY=VALUE...      the server `name` leaves
#
# KEYs: cluster name address datacenter api dataDir configDir neighbours stays removeData.
# Its stdin, a here-document behind this text, is secret: how to reach every server, an OpenSSH configuration
# with its keys, in the form that unpack_files reads. It may be cut off anywhere and run again.
set -eu
umask 077

LIBRARY=/usr/local/lib/consul-cluster

say() { printf '%s: %s\n' "$name" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

take() {
  for pair in "$@"; do
    case ${pair%%=*} in
      cluster | name | address | datacenter | api | dataDir | configDir | neighbours | stays | removeData) eval "${pair%%=*}=\${pair#*=}" ;;
      *) die "unknown setting ${pair%%=*}" ;;
    esac
  done
}

# ---------------------------------------------------------------- the run

# All commands of a run are children of one process, the plugin: that is how they know each other. Its start
# tells it from another process that has its number on another day.
marker() {
  folder=${XDG_RUNTIME_DIR:-/tmp}/consul-cluster-$(id -u)
  [ -d "$folder" ] || mkdir -m 0700 "$folder"
  [ -O "$folder" ] || die "$folder is somebody else's"
  run=$(sed 's/.*) //' "/proc/$PPID/stat" 2>/dev/null | cut -d' ' -f20)
  [ -n "$run" ] || run=$(ps -o lstart= -p "$PPID" | cksum | cut -d' ' -f1)
  printf '%s/farewell-%s-%s-%s' "$folder" "$cluster" "$PPID" "$run"
}

whole_cluster_goes() { [ -e "$(marker)" ]; }

# The run is told here, and every host that answers is told, too: should this run be cut off, the next one
# goes on as this one did. A later activation, or readiness, takes the word back.
farewell() {
  unpack_access
  touch "$(marker)"
  for host in $(echo "$neighbours" | tr ',' ' '); do
    on_host "$host" leave.sh "name=$host" "farewell=yes" || true &
  done
  wait
}

# ---------------------------------------------------------------- the hosts

# The private keys lie in files of this user's, in memory where there is such a place, as long as this runs.
unpack_access() {
  parent=/dev/shm
  [ -w "$parent" ] || parent=${TMPDIR:-/tmp}
  access=$(mktemp -d "$parent/consul-cluster.XXXXXX")
  trap 'rm -rf "$access"' EXIT
  trap 'exit 1' HUP INT TERM
  awk -v folder="$access" '
    /^==> [A-Za-z0-9._-]+ <==$/ { if (file) close(file); file = folder "/" $2; printf "" > file; next }
    file { gsub(/@ACCESS@/, folder); print > file }
  '
}

# Runs a script of the library on the host $1, as root. Ends with 255 where the host does not answer.
on_host() {
  host=$1 script=$2
  shift 2
  words=''
  for word in "$@"; do words="$words '$word'"; done
  password=$access/$host.password
  if [ -e "$password" ]; then
    as_root=$LIBRARY/as-root.sh
  else
    password=/dev/null
    as_root="\$([ \"\$(id -u)\" -eq 0 ] || echo sudo -n)"
  fi
  # A host that was never staged has no library, and nothing to take back.
  ssh -F "$access/ssh_config" "$host" "[ ! -x $LIBRARY/$script ] || $as_root $LIBRARY/$script$words" <"$password"
}

# ---------------------------------------------------------------- leaving

# Whether the server was reached and has done as it was told.
leave_itself() {
  status=0
  on_host "$name" leave.sh "name=$name" "api=$api" "configDir=$configDir" "whole=$1" || status=$?
  case $status in
    0) ;;
    255) return 1 ;;
    *) exit 1 ;;
  esac
  [ "$stays" = yes ] || return 0
  on_host "$name" remove.sh "name=$name" "address=$address" "dataDir=$dataDir" "configDir=$configDir" "removeData=$removeData" || exit 1
}

# The first neighbour that answers and knows a leader makes the others forget the server. $1: is it dead?
forgotten() {
  for neighbour in $(echo "$neighbours" | tr ',' ' '); do
    status=0
    on_host "$neighbour" forget.sh "name=$neighbour" "api=$api" "configDir=$configDir" \
      "server=$name" "address=$address" "datacenter=$datacenter" "dead=$1" || status=$?
    case $status in
      0) return 0 ;;
      3 | 255) ;; # Ask another.
      *) exit 1 ;;
    esac
  done
  return 1
}

leave() {
  unpack_access
  if whole_cluster_goes; then
    leave_itself yes || say "does not answer SSH at $address; what is on it stays there"
    return 0
  fi
  if leave_itself no; then
    [ -z "$neighbours" ] || forgotten no || say "no neighbour could be asked to forget this server"
    return 0
  fi
  say "does not answer SSH at $address; its neighbours are asked to forget it"
  [ -z "$neighbours" ] || forgotten yes ||
    die "none of its neighbours answers SSH and knows a leader either, so it stays as it is; where the whole cluster is to go, use \`pulumi destroy\`; where it has lost its quorum, see docs/operations.md"
}

main() {
  cluster='' name='' address='' datacenter='' api='' dataDir='' configDir='' neighbours='' stays='' removeData=''
  verb=$1
  shift
  take "$@"
  case $verb in
    keep) cat >/dev/null ;;
    farewell) farewell ;;
    leave) leave ;;
    *) die "unknown verb $verb" ;;
  esac
}

# shellcheck shell=sh
# globals: problems arch
# shellcheck disable=SC2154  # the settings are read by install-release.sh
# Is this host fit? Every problem of it is told at once, and before anything on it changes.

problems=''

problem() {
  problems="$problems
  - $*"
}

refuse_unfit_host() {
  [ -z "$problems" ] || die "this host is not fit, nothing on it was changed:$problems"
}

preflight() {
  check_system
  check_checksum
  check_disks
  check_address
  check_ports tcp "$tcp"
  check_ports udp "$udp"
  check_role
  check_data
  note_firewall
  refuse_unfit_host
}

# Before a volume is mounted, which takes programs of its own.
check_programs() {
  local missing=''
  missing=$(missing_programs)
  # shellcheck disable=SC2086  # a list
  [ -z "$missing" ] || problem "missing programs: $(printf '%s\n' "$missing" | paste -sd ' ' -); $(how_to_install $missing)"
}

check_system() {
  [ -d /run/systemd/system ] || problem "systemd does not run here"
  arch=$(release_architecture) || problem "no Consul release exists for this architecture, $(uname -m)"
}

release_architecture() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    armv6l | armv7l) echo arm ;;
    i386 | i686) echo 386 ;;
    s390x) echo s390x ;;
    *) return 1 ;;
  esac
}

# Room is asked for where something is to be laid down: not for a release that is there, nor for data that makes room by
# being given up.
check_disks() {
  local release_mib=500 library_mib=10 data_mib=200
  if is_ours && has_release; then release_mib=0 library_mib=0; fi
  ! will_be_wiped "$wipeData" "$dataDir" || data_mib=0
  # Releases may have a disk of their own.
  check_disk "$RELEASES" "$release_mib" "the release"
  check_disk /usr/local "$library_mib" "this library"
  check_disk "$dataDir" "$data_mib" "Consul's data"
}

# One that is given must be this host's: whoever gives checksums wants no release without.
check_checksum() {
  [ -z "$sha256" ] || [ -z "$arch" ] || [ -n "$(given_checksum)" ] || has_release ||
    problem "sha256 has no checksum for $arch, which this host is; add it"
}

check_disk() {
  local folder="$1" free=''
  # The folder itself may not exist yet: ask for the nearest one that does.
  while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
  is_writable "$folder" || case $problems in *" $folder cannot be written"*) ;; *) problem "$folder cannot be written" ;; esac
  free=$(free_mib "$folder")
  [ "$free" -ge "$2" ] || problem "$1 has ${free} MiB free, $3 needs $2 MiB"
}

# Root's answer is no on a file system that is mounted to be read alone.
is_writable() { [ -w "$1" ]; }

check_address() {
  ip -o addr show 2>/dev/null | awk '{ sub(/\/.*/, "", $4); print $4 }' | grep -qxF "$address" ||
    problem "no interface has the address $address"
}

# $2: ports, each followed by @ and the addresses that it is listened on at, where those are not all. A port that the
# owner's own running agent holds is no problem.
check_ports() {
  local port='' at='' held='' holder=''
  command -v ss >/dev/null 2>&1 || return 0
  for port in $(echo "$2" | tr ',' ' '); do
    case $port in *@*) at=${port#*@} ;; *) at='' ;; esac
    port=${port%%@*}
    [ -n "$(in_the_way "$1" "$port" "$at")" ] || continue
    # An agent of ours that crashes again and again ends, or is another process, between two questions about it.
    sleep 1
    held=$(in_the_way "$1" "$port" "$at")
    [ -n "$held" ] || continue
    holder=$(echo "$held" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (process \2)/p' | sort -u | paste -sd ' ' -)
    holder="$holder$(distribution resolver "$holder")"
    problem "port $port/$1 is taken by ${holder:-a process that does not show itself}"
  done
}

# Who listens there that is not our agent, as ss says it.
in_the_way() {
  local own='' held=''
  own=$(service_property MainPID)
  case $1 in tcp) held=$(ss -H -lntp "sport = :$2") ;; *) held=$(ss -H -lnup "sport = :$2") ;; esac
  [ -z "$3" ] || held=$(printf '%s\n' "$held" | in_the_way_at "$3")
  ! is_ours || case $held in *"pid=$own,"*) held='' ;; esac
  printf %s "$held"
}

# Those of ss that listen on one of the addresses $1, between plus signs, or on all.
in_the_way_at() {
  awk -v ours="+$1+" '{
    at = $4; sub(/:[^:]*$/, "", at); gsub(/[][]/, "", at); sub(/%.*/, "", at); sub(/^::ffff:/, "", at)
    if (at == "*" || at == "0.0.0.0" || at == "::" || index(ours, "+" at "+")) print
  }'
}

# No refusal: whether the other servers get through hangs on zones, sources and named services, which nobody
# sees from here.
note_firewall() {
  local closed=''
  closed=$(distribution firewall)
  [ -z "$closed" ] || say "$closed: see that servers and clients get through"
}

# ---------------------------------------------------------------- whose is it?

# What another owns is refused, and so is what nobody of ours has made.
check_owner() {
  local owner=''
  owner=$(owner_id)
  case $owner in
    "$OWNER_ID") return 0 ;;
    '') is_of_older_release || check_strangers; return 0 ;;
  esac
  ! moves_between_clients || { say "moves here from $(owner_name)"; return 0; }
  if [ "$(owner_name)" = "$OWNER_NAME" ]; then
    problem "this host is $OWNER_NAME's by name, and yet not of this stack's state: was the state lost? Then take the mark $OWNER away on each host and hand the cluster's key in as gossipKey"
  else
    problem "this host is $(owner_name)'s, as $(applied_or_staged name); take it off there in a run of its own, or give another host. Where that is this component under its former name, give it an alias: aliases: [{ name: \"$(owner_name | sed 's|.*/||')\" }]"
  fi
}

# Has any component of this library made what is here?
is_ours() { [ -n "$(owner_id)" ] || is_of_older_release; }

# 0.1.0 left no mark, and made all that is here.
is_of_older_release() { [ -e "$STATE/active" ] || [ -e "$STAGED/config" ]; }

# A client agent that changes its component within one stack is taken over as it runs.
moves_between_clients() {
  [ "$role" = client ] && is_client && [ "$(owner_name | sed 's|/[^/]*$||')" = "${OWNER_NAME%/*}" ]
}

# A Consul that somebody else has put here, whole or in parts.
check_strangers() {
  local unit='' pid='' found=''
  unit=$(service_property FragmentPath)
  pid=$(service_property MainPID)
  [ "${pid:-0}" != 0 ] || pid=$(consul_processes)
  [ -z "$unit" ] || found="$found; the unit $unit ($(systemctl is-active "$SERVICE" 2>/dev/null || true), $(systemctl is-enabled "$SERVICE" 2>/dev/null || true))"
  found="$found$(drop_ins /etc /run /usr/local/lib /usr/lib /lib)"
  [ -z "$pid" ] || found="$found; a Consul that runs, process $pid ($(command_line "${pid%% *}"))"
  ! getent passwd consul >/dev/null 2>&1 || found="$found; a user consul"
  ! getent group consul >/dev/null 2>&1 || found="$found; a group consul"
  [ ! -e "$BINARY" ] || found="$found; the program $BINARY"
  [ -z "$(ls -A "$RELEASES" 2>/dev/null)" ] || found="$found; releases in $RELEASES"
  [ -z "$(ls -A "$configDir" 2>/dev/null)" ] || found="$found; settings in $configDir"
  [ -z "$found" ] || problem "this host has what this library has not made: ${found#; }; its data may be in $dataDir. Nothing of it is taken over: move it away, or give another host"
}

# Folders of drop-ins, which would rule the unit that is to come. $@: below which systemd looks.
drop_ins() {
  local folder=''
  for folder; do
    [ -z "$(ls -A "$folder/systemd/system/$SERVICE.d" 2>/dev/null)" ] || printf '; drop-ins in %s' "$folder/systemd/system/$SERVICE.d"
  done
}

command_line() { [ ! -r "/proc/$1/cmdline" ] || tr '\0' ' ' <"/proc/$1/cmdline"; }

# Processes of Consul that no unit of that name has started.
consul_processes() {
  local process=''
  for process in /proc/[0-9]*; do
    [ "$(cat "$process/comm" 2>/dev/null)" != consul ] || echo "${process#/proc/}"
  done | paste -sd ' ' -
}

# A server is an agent, too: there is one Consul on a host, and no run makes one kind of the other by the way.
check_role() {
  case $role in
    client)
      [ ! -e "$STAGED/config/10-server.json" ] || problem "this host is a server of a cluster, which is an agent already; give the client another host, or take the server off this one first"
      ! is_client || check_name "client agent"
      ;;
    *)
      if is_client; then problem "this host has a client agent; take that off in a run of its own first"; else check_name server; fi
      ;;
  esac
}

# Gossip rejects a second name at the same address; and the removal of the old name, which runs last, would remove the new agent.
# $1: what is here.
check_name() {
  local other=''
  other=$(applied_or_staged name)
  [ -z "$other" ] || [ "$other" = "${name:-}" ] ||
    problem "this host has the $1 $other; take that off in a run of its own first"
}

# Data that this component did not make here is another cluster's, or an earlier life's: joining with it
# would campaign for that cluster.
check_data() {
  # shellcheck disable=SC2010  # names with a newline are data, too
  ls -A "$dataDir" 2>/dev/null | grep -qvxF -e lost+found -e "$DATA_MARK" -e "$WIPE_NOTE" || return 0
  data_is_of_this_cluster || will_be_wiped "$wipeData" "$dataDir" ||
    problem "$dataDir holds data that is not of this cluster; move it away, give another dataDir, or set ${wipeData:+another }wipeData for this server to have it wiped"
}

data_is_of_this_cluster() {
  local mark=''
  [ "$(noted_data_folder)" != "$dataDir" ] || return 0
  mark=$(data_mark "$dataDir")
  # The note may be lost.
  if [ -z "$mark" ] && is_own_data_folder "$dataDir"; then return 0; fi
  [ -n "$dataVolume" ] || return 1
  [ "$mark" = "$OWNER_ID" ] || { [ -n "$mark" ] && [ "$mark" = "$cluster" ]; }
}

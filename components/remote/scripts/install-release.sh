# shellcheck shell=sh
# Makes a host ready for a release of Consul: checks the host, makes user and folders, downloads,
# verifies and unpacks the release beside whatever runs. Nothing that runs is touched.
#
# It arrives on stdin together with the library (see remote/scripts.ts), so the last line starts it.

# ---------------------------------------------------------------- is this host fit?

# Every problem of the host is told at once, and before anything on it changes.
preflight() {
  problems=''
  check_tools
  check_system
  check_disk /usr/local 500 "the release"
  check_disk "$dataDir" 200 "Consul's data"
  check_address
  check_ports tcp "$tcp"
  check_ports udp "$udp"
  check_role
  check_data
  note_firewall
  [ -z "$problems" ] || die "this host is not fit, nothing on it was changed:$problems"
}

problem() {
  problems="$problems
  - $*"
}

check_tools() {
  missing=''
  for tool in curl sha256sum flock systemctl ss ip useradd runuser awk; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
  done
  extractor >/dev/null || missing="$missing unzip"
  # shellcheck disable=SC2086  # a list
  [ -z "$missing" ] || problem "missing programs:$missing; $(how_to_install $missing)"
}

# The packages of these programs, by the names of Debian's family or of Red Hat's.
how_to_install() {
  if command -v apt-get >/dev/null 2>&1; then
    installer="apt-get install" iproute=iproute2 shadow=passwd
  elif command -v dnf >/dev/null 2>&1; then
    installer="dnf install" iproute=iproute shadow=shadow-utils
  else
    echo "install them with the system's package manager"
    return
  fi
  for tool in "$@"; do
    case $tool in
      sha256sum) echo coreutils ;;
      flock | runuser) echo util-linux ;;
      systemctl) echo systemd ;;
      ss | ip) echo "$iproute" ;;
      useradd) echo "$shadow" ;;
      awk) echo gawk ;;
      *) echo "$tool" ;;
    esac
  done | sort -u | paste -sd ' ' - | sed "s/^/install them: $installer /"
}

extractor() {
  for tool in unzip bsdtar python3 busybox; do
    command -v "$tool" && return 0
  done
  return 1
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

check_disk() {
  # The folder itself may not exist yet: ask for the nearest one that does.
  folder=$1
  while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
  free=$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$2" ] || problem "$1 has ${free} MiB free, $3 needs $2 MiB"
}

check_address() {
  ip -o addr show 2>/dev/null | awk '{ sub(/\/.*/, "", $4); print $4 }' | grep -qxF "$address" ||
    problem "no interface has the address $address"
}

# A port that the running server itself holds is no problem.
check_ports() {
  command -v ss >/dev/null 2>&1 || return 0
  own=$(systemctl show -p MainPID --value consul.service 2>/dev/null || true)
  for port in $(echo "$2" | tr ',' ' '); do
    case $1 in tcp) held=$(ss -H -lntp "sport = :$port") ;; *) held=$(ss -H -lnup "sport = :$port") ;; esac
    [ -n "$held" ] || continue
    case $held in *"pid=$own,"*) continue ;; esac
    holder=$(echo "$held" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (process \2)/p' | sort -u | paste -sd ' ' -)
    # Ubuntu's resolver listens on 127.0.0.53, and no other can listen on all addresses then.
    case $holder in *systemd-resolve*) holder="$holder; put DNSStubListener=no into resolved.conf there, or give another port in ports.dns" ;; esac
    problem "port $port/$1 is taken by ${holder:-a process that does not show itself}"
  done
}

# No refusal: whether the other servers get through hangs on zones, sources and named services, which nobody
# sees from here.
note_firewall() {
  systemctl is-active --quiet firewalld 2>/dev/null || return 0
  closed=''
  for port in $(echo "$tcp" | tr ',' ' '); do firewall-cmd -q --query-port="$port/tcp" || closed="$closed $port/tcp"; done
  for port in $(echo "$udp" | tr ',' ' '); do firewall-cmd -q --query-port="$port/udp" || closed="$closed $port/udp"; done
  [ -z "$closed" ] || say "firewalld runs here, and its default zone does not list$closed: see that servers and clients get through"
}

# A server is an agent, too: there is one Consul on a host, and no run makes one kind of the other by the way.
check_role() {
  case $role in
    client)
      [ ! -e "$STAGED/config/10-server.json" ] || problem "this host is a server of a cluster, which is an agent already; give the client another host, or take the server off this one first"
      ! is_client || check_name "$STAGED/config/10-client.json" "client agent"
      ;;
    *)
      ! is_client || problem "this host has a client agent; take that off in a run of its own first"
      check_name "$configDir/10-server.json" server
      ;;
  esac
}

# The pool takes a node under a second name for an intruder; and the old name leaves last in a run, which would take
# whatever is on its host by then. $1: the settings of what is here, $2: what it is.
check_name() {
  [ -e "$1" ] || return 0
  other=$(sed -n 's/^ *"node_name": "\(.*\)",\{0,1\}$/\1/p' "$1")
  [ -z "$other" ] || [ "$other" = "${name:-}" ] ||
    problem "this host has the $2 $other; take that off in a run of its own first"
}

# Data that this component did not make here is another cluster's, or an earlier life's: joining with it
# would campaign for that cluster.
check_data() {
  # shellcheck disable=SC2010  # names with a newline are data, too
  ls -A "$dataDir" 2>/dev/null | grep -qvxF -e lost+found -e "$DATA_MARK" || return 0
  data_is_of_this_cluster || [ -n "$wipeData" ] ||
    problem "$dataDir holds data that is not of this cluster; move it away, give another dataDir, or set wipeData for this server to have it wiped"
}

# A volume outlives the machine, and what a machine remembers goes with the machine: so the volume itself
# says whose data it holds.
data_is_of_this_cluster() {
  [ "$(cat "$STATE/data" 2>/dev/null)" = "$dataDir" ] ||
    { [ -n "$dataVolume" ] && [ "$(cat "$dataDir/$DATA_MARK" 2>/dev/null)" = "$cluster" ]; }
}

mark_data_volume() { [ -z "$dataVolume" ] || printf '%s\n' "$cluster" >"$dataDir/$DATA_MARK"; }

# ---------------------------------------------------------------- user and folders

make_user() {
  id consul >/dev/null 2>&1 && return 0
  useradd --system --user-group --no-create-home --home-dir "$dataDir" --shell /usr/sbin/nologin consul
  say "user consul made"
}

make_folders() {
  mkdir -p "$STATE" "$RELEASES" "$LIBRARY" "$(dirname "$configDir")" "$dataDir"
  chmod 0700 "$STATE" "$dataDir"
  chown consul:consul "$dataDir"
  restore_contexts "$LIBRARY" "$dataDir" "$(dirname "$configDir")"
}

# ---------------------------------------------------------------- the release

install_release() {
  target=$RELEASES/$version
  if [ "$(reported "$target")" = "$version" ]; then
    say "release $version is there already"
    return 0
  fi
  # On the same file system as its place, so that the last step is a rename.
  incoming=$RELEASES/.incoming
  rm -rf "$incoming"
  mkdir -p "$incoming"
  trap 'rm -rf "$incoming"' EXIT
  trap 'exit 1' HUP INT TERM
  download
  unpack
  rm -rf "$target"
  mv "$incoming" "$target"
  say "release $version downloaded, verified and unpacked"
}

download() {
  zip=consul_${version}_linux_${arch}.zip
  sums=consul_${version}_SHA256SUMS
  for file in "$sums" "$zip"; do
    curl -fsSL --retry 3 --connect-timeout 10 --max-time 900 -o "$incoming/$file" "$mirror/$version/$file" ||
      die "cannot fetch $mirror/$version/$file (curl's exit code $?); nothing was changed"
  done
  wanted=$(awk -v file="$zip" '$2 == file || $2 == "*" file { print $1 }' "$incoming/$sums")
  [ -n "$wanted" ] || die "$sums names no $zip; nothing was changed"
  found=$(sha256sum "$incoming/$zip" | cut -d' ' -f1)
  [ "$wanted" = "$found" ] ||
    die "checksum of $zip does not fit: $sums says $wanted, the file has $found; nothing was changed"
}

# Only the binary is taken; the archive may hold a licence and more.
unpack() {
  tool=$(extractor)
  case ${tool##*/} in
    unzip) unzip -p "$incoming/$zip" consul ;;
    bsdtar) bsdtar -xOf "$incoming/$zip" consul ;;
    python3) python3 -c 'import shutil, sys, zipfile; shutil.copyfileobj(zipfile.ZipFile(sys.argv[1]).open("consul"), sys.stdout.buffer)' "$incoming/$zip" ;;
    busybox) busybox unzip -p "$incoming/$zip" consul ;;
  esac >"$incoming/consul" 2>"$incoming/errors" ||
    die "$zip is corrupt ($(head -n 1 "$incoming/errors")); nothing was changed"
  rm -f "$incoming/$zip" "$incoming/$sums" "$incoming/errors"
  chmod 0755 "$incoming" "$incoming/consul"
  found=$(reported "$incoming")
  [ "$found" = "$version" ] || die "the binary in $zip calls itself ${found:-nothing}, not $version; nothing was changed"
}

# Below a folder called lib SELinux takes a program for a library, which systemd may not start as a service.
label_releases() {
  restore_contexts "$RELEASES"
  ! selinuxenabled 2>/dev/null || chcon -t bin_t "$RELEASES"/*/consul ||
    say "the SELinux contexts of $RELEASES/*/consul were not set: see that systemd may start them"
}

# What the binary in the folder $1 says that it is; one that a power cut left half written says nothing.
reported() { "$1/consul" version 2>/dev/null | awk 'NR == 1 { sub(/^v/, "", $2); print $2 }'; }

install_release_main() {
  set -eu
  umask 022
  version='' mirror='' address='' dataDir='' configDir='' tcp='' udp='' wipeData=''
  dataVolume='' cluster='' role=server
  take "name version mirror address dataDir configDir tcp udp wipeData dataVolume cluster role" "$@"
  lock "release $version"
  mount_data_volume
  preflight
  make_user
  make_folders
  mark_data_volume
  install_library
  install_release
  label_releases
}

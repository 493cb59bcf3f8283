# shellcheck shell=sh
# shellcheck disable=SC2154  # api and others are the script's that sources this file
# What every script on a host needs. Installed with the release, sourced by the others.
#
# The scripts' contract: they run as root, take KEY=VALUE arguments, read all of their stdin, hold one
# lock a host, bound every wait, can be cut off anywhere and run again, and say on stderr, one line a
# change, what they did. Only results for the program go to stdout.

# shellcheck disable=SC2034  # used by the scripts that source this file
LIBRARY=/usr/local/lib/consul-cluster
RELEASES=/usr/local/lib/consul
STATE=/var/lib/consul-cluster/server
STAGED=$STATE/staged
SNAPSHOTS=/var/lib/consul-cluster/snapshots
FAREWELL=$STATE/farewell # the whole cluster is being taken away, see farewell_stands
DATA_MARK=.consul-cluster # on a data volume: the cluster whose data it holds
UNIT=/etc/systemd/system/consul.service
ENVIRONMENT=/etc/sysconfig/consul

# A sudo without secure_path leaves a user's own, in which useradd, ss and ip need not be.
PATH=$PATH:/usr/sbin:/sbin

# A connection that is lost ends nothing: what has begun is brought to its end, and nobody reads of it but
# the journal. Without this the first word on stderr would end the script, its locks still held.
trap '' PIPE

say() {
  printf '%s: %s\n' "${name:-host}" "$*" >&2 2>/dev/null || true
  logger -t consul-cluster -- "$*" 2>/dev/null || true
}

die() {
  say "$*"
  exit 1
}

# take "KEY KEY..." KEY=VALUE...: sets the variables, refuses a key that is not in the list. `machine` is
# always taken and never read: it stands in a command so that a replaced machine is set up again.
take() {
  known=" machine $1 "
  shift
  for pair in "$@"; do
    key=${pair%%=*}
    case $known in
      *" $key "*) eval "$key=\${pair#*=}" ;;
      *) die "unknown setting $key" ;;
    esac
  done
}

# The agent to ask for the cluster: the own one at $api, or a neighbour's where the own one does not know a
# leader. Sets $via; fails where nobody knows one.
find_agent() {
  for via in "$api" $others; do
    [ -z "$(leader "$via")" ] || return 0
  done
  return 1
}

lock_holder() { tail -n 1 /run/consul-cluster/server.lock 2>/dev/null; }

# One script at a time on a host. Whoever waits learns who holds the lock.
lock() {
  mkdir -p /run/consul-cluster
  exec 9>>/run/consul-cluster/server.lock
  if ! flock -n 9; then
    say "waiting for another run on this host: $(lock_holder)"
    flock -w 60 9 || die "another run works on this host: $(lock_holder); nothing was changed"
  fi
  printf '%s, process %s, since %s\n' "$1" "$$" "$(date '+%H:%M:%S')" >/run/consul-cluster/server.lock
}

# Is the whole cluster being taken away? Not where a run has seen it ready since the file was laid down.
farewell_stands() {
  [ -e "$FAREWELL" ] || return 1
  ready=$(consul_api "$api" '/v1/kv/consul-cluster/ready?raw' -f) || return 0
  [ "$(stat -c %Y "$FAREWELL")" -ge "${ready:-0}" ]
}

# Files sent in one stdin, each behind a line `==> NAME <==`, into the folder $1. The folder is filled
# beside its place and swapped in whole, so that a cut leaves either the old files or the new ones.
unpack_files() {
  rm -rf "$1.new"
  mkdir -p "$1.new"
  awk -v folder="$1.new" '
    /^==> [A-Za-z0-9._-]+ <==$/ { if (file) close(file); file = folder "/" $2; printf "" > file; next }
    file { print > file }
  '
  [ -n "$(ls -A "$1.new")" ] || die "nothing arrived on stdin"
  rm -rf "$1"
  mv "$1.new" "$1"
}

# First 12 hex digits of the SHA-256 over the files' bytes in this order; `render/files.ts` does the same.
digest() { cat -- "$@" | sha256sum | cut -c1-12; }

# Consul's HTTP API at the address $1, path $2, more of curl's arguments behind. Never hangs: without a
# leader some endpoints hold a request for seconds.
consul_api() {
  url=$1$2
  shift 2
  curl -sS --noproxy '*' --max-time 3 "$@" "$url" 2>/dev/null
}

# The leader that the agent at $1 names, an empty line where it names none. Fails where it does not answer.
leader() {
  answer=$(consul_api "$1" /v1/status/leader -f) || return 1
  printf '%s\n' "$answer" | tr -d '"'
}

# One line for each server in autopilot's view at $1: NAME HEALTHY VOTER SERF-STATUS ADDRESS:PORT
autopilot_servers() {
  # 429 is the answer while somebody is unhealthy, with the same body: no -f here.
  consul_api "$1" /v1/operator/autopilot/health |
    sed 's/},{/}\n{/g' |
    sed -n 's/.*"Name":"\([^"]*\)","Address":"\([^"]*\)".*"SerfStatus":"\([^"]*\)".*"Healthy":\([a-z]*\),"Voter":\([a-z]*\).*/\1 \4 \5 \3 \2/p'
}

# Text from stdin, should it ever quote a secret of the files in folder $1, without it.
without_secrets() {
  awk 'NR == FNR { if (match($0, /: "[^"]+"/)) secret[substr($0, RSTART + 3, RLENGTH - 4)]; next }
       { for (s in secret) while (i = index($0, s)) $0 = substr($0, 1, i - 1) "[secret]" substr($0, i + length(s)); print }' \
    "$1"/30-secrets.json -
}

# IP addresses of the other servers, from the settings in folder $1.
neighbours() {
  sed -n '/"retry_join": \[$/,/\]/s/^ *"\([^"]*\)",\{0,1\}$/\1/p' "$1/40-neighbours.json"
}

# Their HTTP addresses, on the port of the own one, $2.
peers() { neighbours "$1" | sed -e 's/.*:.*/[&]/' -e "s|.*|http://&:${2##*:}|"; }

# One line for each member of the gossip pool of the agent at $1: NAME STATUS (1 alive, 2 leaving, 3 left,
# 4 failed), and behind a client agent's `client`. $2: ?wan=1 for the pool of all datacenters.
members() {
  consul_api "$1" "/v1/agent/members${2:-}" -f | sed 's/},{"Name"/}\n{"Name"/g' |
    sed -n -e 's/.*{"Name":"\([^"]*\)".*"role":"node".*"Status":\([0-9]\).*/\1 \2 client/p;t' \
      -e 's/.*{"Name":"\([^"]*\)".*"Status":\([0-9]\).*/\1 \2/p'
}

# One line for each server in Raft's configuration as the agent at $1 has it: NAME ID VOTER ADDRESS:PORT
raft_servers() {
  consul_api "$1" "/v1/operator/raft/configuration" -f | sed 's/},{/}\n{/g' |
    sed -n 's/.*"ID":"\([^"]*\)","Node":"\([^"]*\)","Address":"\([^"]*\)".*"Voter":\([a-z]*\).*/\2 \1 \4 \3/p'
}

# Where SELinux watches, systemd starts nothing that has another place's label.
restore_contexts() {
  ! command -v restorecon >/dev/null 2>&1 || restorecon -R "$@" || say "the SELinux contexts of $* were not restored"
}

# Is this host a client agent's? A server's settings have another name.
is_client() { [ -e "$STAGED/config/10-client.json" ]; }

# Is the agent here the wanted one: the release $1, and the node id that it had before, $2? Leaves the reason in
# $reason where it is not, and what the agent says of itself in $self.
is_wanted_agent() {
  self=$(consul_api "$api" /v1/agent/self -f) || { reason="Consul's agent does not answer"; return 1; }
  reason="it runs $(of_itself Version), not $1"
  case "$1" in "$(of_itself Version)"*) ;; *) return 1 ;; esac
  reason="its node id changed from $2 to $(of_itself NodeID)"
  [ -z "$2" ] || [ "$(of_itself NodeID)" = "$2" ]
}

of_itself() { printf '%s' "$self" | grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d'"' -f4; }

# Does systemd start it again and again? Leaves the reason in $reason.
ends_at_once() {
  restarts=$(systemctl show -p NRestarts --value consul.service)
  [ "${restarts:-0}" -ge 3 ] || systemctl --quiet is-failed consul.service || return 1
  reason="Consul ends as soon as it is started"
}

# Is there a process, be it on its way up or down?
runs() { [ "$(systemctl show -p MainPID --value consul.service)" != 0 ]; }

# Is a Consul running that is part of a cluster, or was: not one that still waits for its first election?
bootstrapped() {
  index=$(consul_api "$api" /v1/agent/self -f | grep -o '"last_log_index":"[0-9]*"' | tr -dc '0-9')
  [ "${index:-0}" -gt 0 ]
}

# Seconds since the computer started: a clock that nobody sets.
seconds() { cut -d. -f1 /proc/uptime; }

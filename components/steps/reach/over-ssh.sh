# shellcheck shell=sh
# shellcheck disable=SC2154  # name is that of the script which stands behind this one
# globals: access
# How the computer that runs Pulumi reaches hosts by itself, over OpenSSH: what the steps' own connections cannot tell, or
# would wait for without an end.
#
# The stdin of the script behind it is secret, a here-document: an OpenSSH configuration with its keys.
set -eu
umask 077

# How long a login may take, in seconds. OpenSSH bounds the connection and the handshake by itself, and nothing behind that.
LOGIN_LIMIT=${CONSUL_CLUSTER_LOGIN_LIMIT:-20}

ANOTHER_KEY="it shows another host key than the one in the settings"

say() { printf '%s: %s\n' "$name" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# The private keys lie in files of this user's, in memory where there is such a place, as long as this runs.
unpack_access() {
  local parent=/dev/shm
  [ -w "$parent" ] || parent=${TMPDIR:-/tmp}
  # Those of runs that were killed half a day ago: none takes so long.
  find "$parent" -maxdepth 1 -type d -name 'consul-cluster.??????' -user "$(id -u)" -mmin +720 -exec rm -rf {} + 2>/dev/null || true
  access=$(mktemp -d "$parent/consul-cluster.XXXXXX")
  trap 'rm -rf "$access"' EXIT
  trap 'exit 1' HUP INT TERM
  awk -v folder="$access" '
    /^==> [A-Za-z0-9._-]+ <==$/ { if (file) close(file); file = folder "/" $2; printf "" > file; next }
    file { gsub(/@ACCESS@/, folder); print > file }
  '
}

# Does the host $1 let somebody in, and run something? What OpenSSH says of it is in the file `HOST.said`.
logs_in() {
  local host="$1" login='' watch='' status=0
  : >"$access/$host.said"
  ssh -F "$access/ssh_config" -E "$access/$host.said" "$host" true </dev/null >/dev/null 2>&1 &
  login=$!
  echo "$login" >"$access/$host.login"
  # `timeout` is not everywhere. Nobody waits for this one: where it is not ended in time, it finds that the login has been.
  {
    sleep "$LOGIN_LIMIT" &
    echo $! >"$access/$host.pause"
    wait
    [ "$(cat "$access/$host.login")" != "$login" ] || {
      echo "nothing came of the login" >>"$access/$host.said"
      kill "$login"
    }
  } </dev/null >/dev/null 2>&1 &
  watch=$!
  # Of one that is killed the shell itself would speak.
  wait "$login" 2>/dev/null || status=$?
  rm -f "$access/$host.login"
  kill "$watch" 2>/dev/null || true
  # shellcheck disable=SC2046  # a process, or none yet
  kill $(cat "$access/$host.pause" 2>/dev/null) 2>/dev/null || true
  # Whatever else it ends with is what a login shell made of it: somebody was let in.
  case $status in 255 | 143) return 255 ;; esac
}

# OpenSSH ends its lines as a terminal needs them.
said_of() { tr -d '\r' <"$access/$1.said"; }

# Why the host $1 was not reached, by what OpenSSH said: `away` where nothing answers there, and else what does, in words.
why_not_reached() {
  local said='' last=''
  said=$(said_of "$1")
  last=$(printf '%s\n' "$said" | tail -n 1)
  case $said in
    *"Host key verification failed"* | *"REMOTE HOST IDENTIFICATION"* | *"host key for"*) echo "$ANOTHER_KEY" ;;
    *"Permission denied"* | *"Too many authentication failures"*) echo "it refuses the login" ;;
    *"nothing came of the login"*) echo "it lets somebody in, and runs nothing" ;;
    *"banner exchange"*)
      if has_bastion "$1"; then echo "nothing is said behind its bastion, in time"; else echo "it accepts the connection and says nothing"; fi
      ;;
    *"Connection refused"*) echo "its host answers, and no SSH server does" ;;
    *"Could not resolve"* | *"Network is unreachable"*) echo "it is not reachable from this computer" ;;
    *"open failed: connect failed"*) echo away ;;
    *"No route to host"* | *"timed out"* | *"Host is down"* | *"not responding"*)
      if has_bastion "$1"; then echo "its bastion does not answer"; else echo away; fi
      ;;
    *) echo "the connection ended${last:+: $last}" ;;
  esac
}

shows_another_key() { [ "$(why_not_reached "$1")" = "$ANOTHER_KEY" ]; }

has_bastion() { grep -qxF "Host bastion.$1" "$access/ssh_config"; }

# Where the host $1 is looked for, for people.
where_is() { awk -v host="$1" '$1 == "Host" { own = $2 == host } own && $1 == "HostName" { at = $2 } own && $1 == "Port" { print at " port " $2 }' "$access/ssh_config"; }

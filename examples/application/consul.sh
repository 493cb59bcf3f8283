# shellcheck shell=sh
# Consul's HTTP API, asked with curl. Sourced by the scripts beside it.
#
#   CONSUL_ADDRESSES   URLs of the servers, parted by spaces
#   PATIENCE           seconds until a server that does not answer is given up (60)

set -eu

deadline=$(($(date +%s) + ${PATIENCE:-60}))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# One request to one server: `status`, and the body in $work/body. Fails where the server cannot answer, which is
# also while it knows no leader.
request() {
  method=$1 url=$2
  shift 2
  : >"$work/body"
  status=$(curl --silent --max-time 5 --request "$method" --output "$work/body" --write-out '%{http_code}' "$@" "$url") ||
    return 1
  case $status in 429 | 5??) return 1 ;; esac
}

# The same to whichever server answers first. What is asked here may have been done although no answer came back:
# callers look before they ask again.
ask() {
  how=$1 path=$2
  shift 2
  while :; do
    for address in $CONSUL_ADDRESSES; do
      if request "$how" "$address$path" "$@"; then return; fi
    done
    [ "$(date +%s)" -lt "$deadline" ] ||
      die "$how $path: none of $CONSUL_ADDRESSES answers; the last said '$(head -c 200 "$work/body")'"
    sleep 1
  done
}

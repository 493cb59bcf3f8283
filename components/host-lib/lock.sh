# shellcheck shell=sh
# One script at a time on a host. Whoever waits learns who holds the lock.

HOST_LOCK_S=60

# $1: what is going to be done. Dies where another script does not let go of the lock.
lock() {
  mkdir -p "$RUN"
  exec 9>>"$RUN/server.lock"
  if ! flock -n 9; then
    say "waiting for another run on this host: $(lock_holder)"
    flock -w "$HOST_LOCK_S" 9 || die "another run works on this host: $(lock_holder); nothing was changed"
  fi
  printf '%s, process %s, since %s\n' "$1" "$$" "$(date '+%H:%M:%S')" >"$RUN/server.lock"
}

lock_holder() { tail -n 1 "$RUN/server.lock" 2>/dev/null; }

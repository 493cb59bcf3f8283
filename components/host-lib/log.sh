# shellcheck shell=sh
# shellcheck disable=SC2154  # name is an argument of every script
# What a script says: on stderr for whoever runs it, and in the host's log.

say() {
  printf '%s: %s\n' "${name:-host}" "$*" >&2 2>/dev/null || true
  logger -t consul-cluster -- "$*" 2>/dev/null || true
}

die() {
  say "$*"
  exit 1
}

# The lines of stdin as one, between commas.
listed() { paste -sd , - | sed 's/,/, /g'; }

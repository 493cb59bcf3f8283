#!/bin/sh
# Runs a program as root for a login user whose sudo asks for a password:  as-root.sh PROGRAM [ARGUMENT...]
#
# The first line of stdin is the password, the rest is the program's. It is in no command's text or environment
# and in no list of processes: printf is the shell's own.
# globals: password refusal
set -eu

# With NOPASSWD for this one program sudo does not read the password line, and the program would read it. Root's shell
# therefore skips everything up to this mark.
mark=CONSUL_CLUSTER_STDIN
# shellcheck disable=SC2016  # root's shell expands it
behind_mark='while IFS= read -r line && [ "$line" != "$0" ]; do :; done; exec "$@"'

main() {
  IFS= read -r password || true
  # Tried by itself first: a wrong one would be followed by lines of the program's, as further tries.
  if ! refusal=$(printf '%s\n' "$password" | sudo -kS -p '' true 2>&1); then
    cat >/dev/null
    echo "sudo does not take the sudoPassword of $(id -un) on $(uname -n): $(printf '%s' "$refusal" | tail -n 2 | paste -sd ' ' -); nothing was changed by this step; give the right one in this server's settings" >&2
    exit 1
  fi
  { printf '%s\n%s\n' "$password" "$mark"; cat; } | sudo -kS -p '' sh -c "$behind_mark" "$mark" "$@"
}

# Read whole before it runs: the program may remove this file.
main "$@"; exit

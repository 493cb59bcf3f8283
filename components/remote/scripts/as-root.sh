#!/bin/sh
# Runs a program as root for a login user whose sudo asks for a password:  as-root.sh PROGRAM [ARGUMENT...]
#
# The first line of stdin is the password, the rest is the program's. It is in no command's text or environment
# and in no list of processes: printf is the shell's own.
set -eu

main() {
  IFS= read -r password || true
  # A sudo that asks for nothing would leave the password to the program.
  if sudo -kn true 2>/dev/null; then
    exec sudo -n "$@"
  fi
  # Tried by itself first: a wrong one would be followed by lines of the program's, as further tries.
  if ! refusal=$(printf '%s\n' "$password" | sudo -kS -p '' true 2>&1); then
    echo "sudo does not take the sudoPassword of $(id -un) on $(uname -n): $(printf '%s' "$refusal" | tail -n 1); nothing was changed" >&2
    exit 1
  fi
  { printf '%s\n' "$password"; cat; } | sudo -kS -p '' "$@"
}

# Read whole before it runs: the program may remove this file.
main "$@"; exit

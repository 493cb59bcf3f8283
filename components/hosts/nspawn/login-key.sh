#!/bin/sh
# The files of the key pair that opens a cluster's machines: DIRECTORY/keys/FOLDER, root's alone. The pair itself is in
# the stack's state; these are for a person. It stands behind this text in a here-document of `main`: the private key,
# an empty line, the public key.
#
#   login-key.sh create|delete DIRECTORY FOLDER
set -eu

BREAK='

'

main() {
  keys=$2/keys
  folder=$keys/$3
  pair=$(cat)
  public=${pair##*"$BREAK"}
  case $1 in
    create)
      umask 077
      mkdir -p "$2" "$folder"
      chmod 0755 "$2"
      printf '%s\n' "${pair%%"$BREAK"*}" >"$folder/id_ed25519.new"
      printf '%s\n' "$public" >"$folder/id_ed25519.pub.new"
      mv "$folder/id_ed25519.new" "$folder/id_ed25519"
      mv "$folder/id_ed25519.pub.new" "$folder/id_ed25519.pub"
      # Where it lay under another name of the stack.
      for other in "$keys"/*; do
        if [ "$other" != "$folder" ] && holds_pair "$other"; then rm -rf "$other"; fi
      done
      ;;
    delete)
      # It may be another stack's by now.
      if holds_pair "$folder"; then rm -rf "$folder"; fi
      rmdir "$keys" "$2" 2>/dev/null || true
      ;;
  esac
}

# A comment behind the key is not part of it.
holds_pair() {
  [ -e "$1/id_ed25519.pub" ] || return 1
  [ "$(cut -d' ' -f1,2 "$1/id_ed25519.pub")" = "$(printf '%s\n' "$public" | cut -d' ' -f1,2)" ]
}


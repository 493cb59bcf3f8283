#!/bin/sh
# The files of the key pair that opens a cluster's machines: DIRECTORY/keys/FOLDER, root's alone. The pair itself is in
# the stack's state; these are for a person. It stands behind this text in a here-document of `main`: the private key,
# an empty line, the public key. Beside it lies whose it is: the id that the component's machines carry, and its name for
# people.
#
#   login-key.sh create|delete DIRECTORY FOLDER ID NAME
set -eu

BREAK='

'

main() {
  keys=$2/keys
  folder=$keys/$3
  id=$4 name=$5
  pair=$(cat)
  public=${pair##*"$BREAK"}
  case $1 in
    create)
      refuse_anothers
      umask 077
      mkdir -p "$2" "$folder"
      chmod 0755 "$2"
      printf 'id=%s\nname=%s\n' "$id" "$name" >"$folder/owner.new"
      mv "$folder/owner.new" "$folder/owner"
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

# Whoever writes over a pair locks out those whose machines it opens. Where no mark lies, the pair is one of an older
# release of this library.
refuse_anothers() {
  mark=$(sed -n 's/^id=//p' "$folder/owner" 2>/dev/null || true)
  if [ "$mark" = "$id" ] || holds_pair "$folder"; then return 0; fi
  if [ -z "$mark" ] && [ ! -e "$folder/id_ed25519.pub" ]; then return 0; fi
  whose=$(sed -n 's/^name=//p' "$folder/owner" 2>/dev/null || true)
  if [ "$whose" = "$name" ]; then
    whose="$name's by name, and yet not of this stack's state: is it the state of another clone, or was it lost?"
  else
    whose="${whose:-another stack}'s:"
  fi
  echo "the login key in $folder is $whose Give this stack another nspawn.directory, or another name; where no state knows that key any more, take it and its machines away by hand (docs/operations.md, \"Whose machine is it\"); nothing was changed" >&2
  exit 1
}

# A comment behind the key is not part of it.
holds_pair() {
  [ -e "$1/id_ed25519.pub" ] || return 1
  [ "$(cut -d' ' -f1,2 "$1/id_ed25519.pub")" = "$(printf '%s\n' "$public" | cut -d' ' -f1,2)" ]
}


#!/bin/sh
# A default in Consul's KV store: a value until somebody sets another one.
#
#   kv-default.sh write     with the value on stdin
#   kv-default.sh remove
#
#   KEY, OWNER   the key, and whose default it is
#
# A value that stands is ours when its flags are the checksum of OWNER and value, which no other writer sets. Then it
# is changed and removed, at the index that was looked at; any other is its writer's, and is left alone. Nothing else
# has to be remembered, so a run that was cut off, or whose answer was lost, is simply run again.

# shellcheck source=consul.sh
. "${0%/*}/consul.sh"

# The checksum of a value, above 2^32: the flags that a plain write leaves are 0.
mark() { { printf '%s\n' "$owner"; cat "$1"; } | cksum | { read -r sum _; echo $((sum + 4294967296)); }; }

number() { sed -n "s/.*\"$1\":\([0-9]*\)[,}].*/\1/p" "$work/body"; }

# Sets `index` (0: there is no such key) and the file `found`; fails where the value is somebody else's.
look() {
  index=0
  ask GET "/v1/kv/$key?consistent"
  case $status in
    404) return 0 ;;
    200) ;;
    *) die "$key cannot be read: $status $(cat "$work/body")" ;;
  esac
  index=$(number ModifyIndex)
  sed -n 's/.*"Value":"\([^"]*\)".*/\1/p' "$work/body" | base64 -d >"$work/found"
  [ "$(number Flags)" = "$(mark "$work/found")" ]
}

# `cas` lets a change through where nobody has written since the look.
changed() {
  [ "$status" = 200 ] || die "$key cannot be written: $status $(cat "$work/body")"
  [ "$(cat "$work/body")" = true ]
}

write() {
  while look; do
    if [ "$index" != 0 ] && cmp -s "$work/found" "$work/wanted"; then
      echo default
      return
    fi
    ask PUT "/v1/kv/$key?cas=$index&flags=$(mark "$work/wanted")" --data-binary "@$work/wanted"
    if changed; then say "$key: the default is written"; fi
  done
  say "$key: has a value that is not this stack's, and keeps it"
  echo other
}

remove() {
  while look; do
    if [ "$index" = 0 ]; then return; fi
    ask DELETE "/v1/kv/$key?cas=$index"
    if changed; then say "$key: removed, it was still the default"; fi
  done
  say "$key: stays, somebody has set it"
}

key=${KEY:?} owner=${OWNER:?}
cat >"$work/wanted"
case $key in *[!A-Za-z0-9._/-]* | /* | '') die "'$key' is no key: letters, digits, '.', '_', '-' and '/' make one" ;; esac
case $1 in
  write) write ;;
  remove) remove ;;
  *) die "unknown verb $1" ;;
esac

# shellcheck shell=sh
# shellcheck disable=SC2154  # api, others and via are the script's that sources this file
# Rotation of the gossip key in the running cluster: install, wait until every member has it, use it, wait
# again. Nothing restarts. The old key stays until `ready.sh` has seen every server switched. Sourced after
# lib.sh. Keys stand in files of root's and in stdin, never in a command line.

# The staged key, in the file $1.
staged_key() { sed -n 's/.*"encrypt": "\([^"]*\)".*/\1/p' "$STAGED/secrets/30-secrets.json" >"$1"; }

# Consul takes the gossip key from its settings only while it has no keyring of its own.
# $1: file with the key. Is it the key that this server's gossip uses (the first of the keyring)?
gossip_uses() {
  ring=$dataDir/serf/local.keyring
  [ ! -s "$ring" ] || tr -d '\n\t ' <"$ring" | cut -d'"' -f2 | grep -qxF -f "$1"
}

# One line for each pool of gossip (LAN, WAN): MEMBERS HAVE-IT USE-IT NUMBER-OF-KEYS, of the key in file $1.
keyring_state() {
  consul_api "$via" /v1/operator/keyring -f --max-time 20 | sed 's/{"WAN"/\n&/g' | awk '
    function body(part,  at, text) {
      at = index($0, part)
      if (!at) return ""
      text = substr($0, at + length(part))
      return substr(text, 1, index(text, "}") - 1)
    }
    function members(text,  at) {
      at = index(text, "\"" key "\":")
      return at ? substr(text, at + length(key) + 3) + 0 : 0
    }
    NR == FNR { key = $0; next }
    /"NumNodes":/ {
      match($0, /"NumNodes":[0-9]+/)
      print substr($0, RSTART + 11, RLENGTH - 11), members(body("\"Keys\":{")), members(body("\"PrimaryKeys\":{")), split(body("\"Keys\":{"), _, ",")
    }' "$1" -
}

# Has every member of every pool the key in file $1 (column 2), or uses it (column 3)?
all_members() {
  keyring_state "$1" | awk -v column="$2" '
    { pools++ } $column != $1 { bad = 1 } END { exit !(pools > 0 && !bad) }'
}

wait_for_all_members() {
  limit=$(($(seconds) + 30))
  until all_members "$1" "$2"; do
    [ "$(seconds)" -lt "$limit" ] || return 1
    sleep 0.2
  done
}

# The request $2 with the key in file $1 as its body. Consul's answer may name a key: it is not shown.
keyring_request() {
  sed 's/.*/{"Key":"&"}/' "$1" |
    curl -sS --noproxy '*' --max-time 30 -f -o /dev/null -X "$2" -d @- "$via/v1/operator/keyring" 2>/dev/null
}

# While a member is down, a change of the keyring half takes effect and locks it out. A client agent that has left
# is none any more: pools in which such come and go have one for days after each.
refuse_while_a_member_is_down() {
  for pool in '' '?wan=1'; do
    down=$(members "$via" "$pool" | awk '$2 != 1 && !($2 == 3 && $3 == "client") { print $1 ($2 == 3 ? " (left)" : " (down)") }' | paste -sd ' ' -)
    [ -z "$down" ] ||
      die "the gossip key is not changed while a member of the cluster is away: $down; bring it back, or take it out for good with \`consul force-leave -prune NAME\`; nothing was changed"
  done
}

# Makes the key in file $1 the one that all members use. Begins anywhere where an earlier run was cut off.
rotate_gossip_key() {
  ! all_members "$1" 3 || return 0
  refuse_while_a_member_is_down
  if ! all_members "$1" 2; then
    { keyring_request "$1" POST && wait_for_all_members "$1" 2; } ||
      die "the new gossip key could not be installed on every member; all go on with the old one, run it again"
    say "new gossip key installed on every member"
  fi
  { keyring_request "$1" PUT && wait_for_all_members "$1" 3; } ||
    die "not every member uses the new gossip key yet; both keys are installed, so all understand each other; run it again"
  say "every member uses the new gossip key"
}

# Removes every key but the one in file $1.
retire_old_keys() {
  # Asked again: a member under load may answer a question too late, and be missed in the count.
  wait_for_all_members "$1" 3 || die "not every member uses the gossip key of the settings; run it again"
  old=$(consul_api "$via" /v1/operator/keyring -f --max-time 20 | grep -o '"Keys":{[^}]*}' | grep -o '"[A-Za-z0-9+/=]*":[0-9]' | cut -d'"' -f2 | sort -u | grep -vxF -f "$1" || true)
  [ -n "$old" ] || return 0
  refuse_while_a_member_is_down
  printf '%s\n' "$old" | while read -r key; do
    printf '%s\n' "$key" >"$1.old"
    keyring_request "$1.old" DELETE || { rm -f "$1.old"; die "the old gossip key could not be removed from every member; run it again"; }
  done
  rm -f "$1.old"
  say "old gossip key removed from every member"
}

# shellcheck shell=sh
# shellcheck disable=SC2154  # via is the agent that names a leader
# The gossip key in the running pools: installed, used, retired. Nothing restarts. Keys stand in files of root's and in
# stdin, never in a command line.

KEYRING_S=30 # for a step to reach every member

# The key that the agent on this host encrypts with, of the keyring in the data folder $1: the first one there. Nothing
# where it has no keyring, for then it takes the key of its settings.
ring_key() {
  [ ! -s "$1/serf/local.keyring" ] || json_lines <"$1/serf/local.keyring" | sed -n 's/^0\t//p'
}

# A line for each pool of gossip (LAN, WAN): MEMBERS HAVE-IT USE-IT NUMBER-OF-KEYS, of the key in the file $1.
keyring_state() {
  local said=''
  said=$(ask "$via" /v1/operator/keyring --connect-timeout 20 --max-time 20) || return
  said=$(printf '%s' "$said" | json_lines) || return
  printf '%s\n' "$said" | awk -F '\t' '
    NR == FNR { key = $0; next }
    { split($1, part, "."); pool = part[1]; pools = pool > pools ? pool : pools; name = substr($1, length(pool part[2]) + 3) }
    part[2] == "NumNodes" { members[pool] = $2 }
    part[2] == "Keys" && name != "" { keys[pool]++; if (name == key) has[pool] = $2 }
    part[2] == "PrimaryKeys" && name == key { uses[pool] = $2 }
    END {
      for (pool = 0; pool <= pools; pool++) {
        if (!(pool in members)) exit 4
        print members[pool], has[pool] + 0, uses[pool] + 0, keys[pool] + 0
      }
    }' "$1" -
}

# Has every member of every pool the key in the file $1 (column 2), or uses it (column 3)?
all_members() {
  local state=''
  state=$(keyring_state "$1") || return 1
  printf '%s\n' "$state" | awk -v column="$2" '$1 < 1 || $column != $1 { bad = 1 } END { exit bad }'
}

# Is there any other key in any pool? An answer that is not understood is no yes.
other_keys_are_left() {
  local state=''
  state=$(keyring_state "$1") || return 1
  printf '%s\n' "$state" | awk '$4 > 1 { more = 1 } END { exit !more }'
}

wait_for_all_members() {
  local limit=''
  limit=$(deadline "$KEYRING_S")
  until all_members "$1" "$2"; do
    ! passed "$limit" || return 1
    sleep 0.2
  done
}

# The request $2 with the key in the file $1 as its body. Consul's answer may name a key: it is not shown.
keyring_request() {
  sed 's/.*/{"Key":"&"}/' "$1" | ask "$via" /v1/operator/keyring -X "$2" -d @- --connect-timeout 30 --max-time 30 >/dev/null
}

# While a member is down, a change of the keyring half takes effect and locks it out. A client agent that has left
# is none any more: pools in which such come and go have one for days after each. A server that the pool has never met has another key.
refuse_while_a_member_is_down() {
  local away='' stranger='' status=0
  away=$(members_away) || status=$?
  [ "$status" -eq 0 ] ||
    die "the gossip key is not changed, for the members of the cluster are not known: $via $(answer_words "$status"); nothing was changed"
  [ -z "$away" ] ||
    die "the gossip key is not changed while a member of the cluster is away: $away; bring it back, or take it out for good with \`consul force-leave -prune NAME\` (one that has the key of before alone does not come back by itself: stop it there first, and run its own stack after this one); nothing was changed"
  stranger=$(servers_never_met) || status=$?
  [ "$status" -eq 0 ] ||
    die "the gossip key is not changed, for the servers of the cluster are not known: $via $(answer_words "$status"); nothing was changed"
  [ -z "$stranger" ] ||
    die "the gossip key is not changed, for the pool that $via is in has never met $stranger, which votes: the servers have different keys. Where one has another key than its settings, stop Consul there, remove $(applied_fact data_dir)/serf/*.keyring and start it; one server at a time, and run it again; nothing was changed"
}

away_words() {
  local away=''
  away=$(members_away) || return 0
  [ -z "$away" ] || echo "; away: $away"
}

# Makes the key in the file $1 the one that all members use. Begins anywhere where an earlier run was cut off.
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

# Removes every key but the one in the file $1.
retire_old_keys() {
  local said='' key=''
  # Asked again: a member under load may answer a question too late, and be missed in the count.
  wait_for_all_members "$1" 3 || die "not every member uses the gossip key of the settings, so the old one stays for now; run it again"
  refuse_while_a_member_is_down
  said=$(ask "$via" /v1/operator/keyring --connect-timeout 20 --max-time 20) || die "the keyring cannot be read, which takes an answer of every member$(away_words); run it again"
  said=$(printf '%s' "$said" | json_lines | sed -n 's/^[0-9]*\.Keys\.\(.*\)\t.*/\1/p' | sort -u | grep -vxF -f "$1") || true
  [ -n "$said" ] || return 0
  printf '%s\n' "$said" |
    while read -r key; do
      printf '%s\n' "$key" >"$1.old"
      keyring_request "$1.old" DELETE || { rm -f "$1.old"; die "the old gossip key could not be removed from every member; run it again"; }
    done
  rm -f "$1.old"
  say "old gossip key removed from every member"
}

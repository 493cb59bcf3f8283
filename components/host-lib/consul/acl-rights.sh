# shellcheck shell=sh
# globals: reason
# shellcheck disable=SC2154  # via is an agent that names a leader
# Tries what each token of the ACLs may, for a rule that is misspelt is accepted and grants nothing.

# Each right by a question that changes nothing, or that is for this. What is not refused is allowed, whatever comes of it.
provisioner_works() {
  local held=''
  is_allowed "to read the operator's side of it" /v1/operator/raft/configuration || return 1
  is_allowed "to write the operator's side of it" /v1/agent/force-leave/nobody.of.this.name -X PUT || return 1
  is_allowed "to read the keyring" /v1/operator/keyring --connect-timeout 20 --max-time 20 || return 1
  reason="the provisioner's token may not be used to make a session"
  held=$(printf '{"Name":"consul-cluster acl","TTL":"10s"}' | request provisioner "$via" /v1/session/create -X PUT -d @-) || return 1
  held=$(printf '%s' "$held" | json_fields ID) || return 1
  is_allowed "to write a key" "/v1/kv/consul-cluster/acl?acquire=$held" -X PUT --data-raw tried || return 1
  is_allowed "to read a key" "/v1/kv/consul-cluster/acl?consistent" || return 1
  is_allowed "to remove a key" /v1/kv/consul-cluster/acl -X DELETE || return 1
  is_allowed "to end a session" "/v1/session/destroy/$held" -X PUT || return 1
  write_policy provisioner
}

# The key that is in use shall be used: of the staged one that is true once every server has switched.
provisioner_changes_keyring() {
  reason="the provisioner's token may not be used to change the keyring"
  sed 's/.*/{"Key":"&"}/' "$STAGED_KEY" |
    is_allowed "to change the keyring" /v1/operator/keyring -X PUT -d @- --connect-timeout 20 --max-time 20
}

# May the provisioner's token do this? $1: what, in words; then as for `ask`.
is_allowed() {
  local status=0
  reason="the provisioner's token may not be used $1"
  shift
  request provisioner "$via" "$@" >/dev/null || status=$?
  case $status in 2 | 3) return 1 ;; esac
}

# An agent's token sees the agent's own node, and no other: of the members, those that are in the pool.
agents_work() {
  local all='' kind='' server='' accessor='' secret='' seen=''
  reason="the members of the pool are not known at $via"
  all=$(members_of "$via") || return 1
  while read -r kind server accessor secret; do
    [ "$kind" = agent ] || continue
    printf '%s\n' "$all" | grep -q "^$server " || continue
    reason="the token of the agent $server is not known yet, or may not what it should"
    seen=$(seen_with "$secret" /v1/agent/members Name) || return 1
    printf '%s\n' "$seen" | grep -qxF "$server" || return 1
    # Where everybody may read, so may it. What is staged says nothing of that: servers come over to it later.
    [ "$seen" = "$server" ] || strangers_see "$server" || return 1
  done <"$TOKENS_MADE"
}

strangers_see() { request none "$via" /v1/agent/members | json_rows '' Name | grep -qxF "$1"; }

dns_works() {
  local kind='' server='' accessor='' secret='' seen=''
  reason="the token for DNS is not known yet, or may not see the nodes"
  while read -r kind server accessor secret; do
    [ "$kind" = dns ] || continue
    seen=$(seen_with "$secret" /v1/catalog/nodes Node) || return 1
    [ -n "$seen" ] || return 1
  done <"$TOKENS_MADE"
}

# Consul says of each right whether this token has it, and does nothing.
clients_work() {
  local kind='' server='' accessor='' secret='' said=''
  reason="the token of client agents is not known yet, or may not what it should"
  while read -r kind server accessor secret; do
    [ "$kind" = clients ] || continue
    said=$(printf 'header = "X-Consul-Token: %s"\n' "$secret" | request - "$via" /v1/internal/acl/authorize -X POST --data-raw \
      '[{"Resource":"node","Access":"write","Segment":"any"},{"Resource":"service","Access":"write","Segment":"any"},{"Resource":"query","Access":"read","Segment":"any"}]') || return 1
    [ "$(printf '%s' "$said" | json_rows '' Allow | sort -u)" = true ] || return 1
  done <"$TOKENS_MADE"
}

# The field $3 of each row that the path $2 has for the token $1.
seen_with() {
  local said=''
  said=$(printf 'header = "X-Consul-Token: %s"\n' "$1" | request - "$via" "$2") || return
  printf '%s' "$said" | json_rows '' "$3"
}

# What a caller without a token meets is a matter of the anonymous token's and of an agent's default one, too, and those are
# the operator's: said, and no reason to stop.
tell_of_strangers() {
  local status=0
  request none "$via" "/v1/kv/$SERVER_NAMES?consistent" >/dev/null || status=$?
  case $(staged_fact acl),$status in
    deny,[01]) say "who has no token reads keys, though the policy is to deny: the anonymous token, or a default one of the agent's, may" ;;
    allow,3) say "who has no token reads no keys, though the policy is to allow: the anonymous token may not" ;;
  esac
}

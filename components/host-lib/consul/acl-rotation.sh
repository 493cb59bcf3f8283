# shellcheck shell=sh
# globals: reason maker via
# shellcheck disable=SC2154  # api and name are the script's, TOKENS_MADE is of acl.sh
# Another rotation of the tokens: servers take it over by a reload, one after the other. An agent whose token Consul does not know
# answers no DNS and writes no node, so the tokens are there, and tried, before the first of them switches; those of before are
# taken away by `ready`, when the last one has. It may be cut off anywhere: what was made is known by its accessor.

REACHES_S=10 # for a token to reach the agent here

# Are other tokens staged than those by which the cluster judges? The files of the former ones, which may be damaged, are not asked.
tokens_rotate() { has_acls && [ -n "$(desired_part tokens "$APPLIED")" ] && differs acl-rotation; }

# Before any server of a cluster that serves takes them.
prepare_tokens() {
  local limit='' untouched="nothing was changed here, and no token was taken away"
  tokens_rotate || return 0
  find_agent || die "the ACL tokens cannot rotate: no server names a leader; $untouched"
  refuse_while_a_server_leaves "$untouched"
  tokens_are_known || cluster_lock "rotation of the ACL tokens"
  limit=$(deadline "$ACL_S")
  until { tokens_are_known || next_tokens_are_made; } && provisioner_works && agents_work && dns_works && clients_work; do
    ! passed "$limit" || die "the next tokens of the ACLs are not there within $ACL_S s: $reason; $untouched"
    sleep 0.5
    find_agent || true
  done
}

# What is left to do for a server that leaves is done with the tokens of before, which are gone by then.
refuse_while_a_server_leaves() {
  local members='' server='' leaving=''
  members=$(members_of "$via") || die "the members of the pool cannot be read, $via does not tell; $1"
  for server in $(printf '%s\n' "$members" | awk '$3 == "server" { print $1 }'); do
    ! is_leaving "$server" "$members" || leaving=$server
  done
  [ -z "$leaving" ] ||
    die "the ACL tokens do not rotate while $leaving is to leave, for it leaves with those that it knows: keep it for a run, or keep acl.rotation as it was for one; $1"
}

# The management token of the settings, known and with its rights: one of a rotation that is gone back to has none (disarm_management).
has_management() { request management "$via" /v1/acl/token/self && request management "$via" /v1/acl/tokens; }

# Does Consul know each of them?
tokens_are_known() {
  local kind='' server='' accessor='' secret=''
  has_management >/dev/null || return 1
  while read -r kind server accessor secret; do
    [ "$kind" != kept ] || continue
    printf 'header = "X-Consul-Token: %s"\n' "$secret" | request - "$via" /v1/acl/token/self >/dev/null || return 1
  done <"$TOKENS_MADE"
}

# With a token that Consul knows by now. The management token, too: of the settings it is read by a server that starts alone.
next_tokens_are_made() {
  local known='' made=''
  maker=$(token_that_makes) || {
    maker=management
    reason="neither the management token nor the provisioner's, of what runs or of what is staged, may read the tokens at $via (docs/security.md, \"ACLs\")"
    return 1
  }
  known=$(known_tokens) && write_tokens "$known" && has_next_management && made=yes
  maker=management
  [ -n "$made" ] || return 1
  say "the next tokens of the ACLs are made"
}

has_next_management() {
  local status=0
  reason="the next management token could not be made"
  has_management >/dev/null || status=$?
  case $status in
    0) ;;
    3) write_management "$maker" ;;
    *) return 1 ;;
  esac
}

token_that_makes() {
  local with=''
  for with in management former-management provisioner former-provisioner; do
    has_token "$with" || continue
    ! request "$with" "$via" /v1/acl/tokens >/dev/null || { echo "$with"; return 0; }
  done
  return 1
}

# What is written is in the order of a log: where the last one is known here, all are.
await_tokens_here() {
  ! tokens_rotate || ! runs || ! names_a_leader "$api" || within "$REACHES_S" last_token_is_known ||
    die "the next tokens of the ACLs have not reached the agent here within $REACHES_S s; nothing was changed, run it again"
}

last_token_is_known() {
  sed -n '$s/.* \(.*\)/header = "X-Consul-Token: \1"/p' "$TOKENS_MADE" | request - "$api" /v1/agent/members >/dev/null
}

# After a reload: the agent here judges by the staged tokens.
rotation_is_taken() { ! tokens_rotate || within "$TOKEN_S" staged_recovery_is_known; }

staged_recovery_is_known() { request recovery "$api" /v1/agent/self >/dev/null; }

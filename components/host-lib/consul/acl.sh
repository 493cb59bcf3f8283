# shellcheck shell=sh
# globals: reason maker clients_before
# shellcheck disable=SC2154  # via is an agent that names a leader
# The tokens that a cluster with ACLs has by itself, made with the management token, which Consul itself makes of the servers'
# settings. What is there already is written again, as it shall be: this may be cut off anywhere.
#
# What was made is tried then, each token by itself: acl-rights.sh.

# KIND NAME ACCESSOR SECRET, a line a token: provisioner, dns, clients, agent; and kept, of one that only is not taken away.
TOKENS_MADE=$STAGED/secrets/acl-tokens
POLICY=consul-cluster-provisioner
CLIENTS_POLICY=consul-cluster-clients
ACL_S=30 # for a leader that has just been elected to make the management token, and for a token to reach every agent

maker=management # the token that they are made with

CLIENTS_NOTE=consul-cluster/clients-tokens # in KV: accessors of the clients' token of the last whole rotation, and of the one before
clients_before=-                           # the latter

has_acls() { case $(staged_fact acl) in '' | off) return 1 ;; esac; }

# Makes them, tries them, and takes away those of before.
settle_acls() {
  local limit=''
  limit=$(deadline "$ACL_S")
  until tokens_are_made && provisioner_works && provisioner_changes_keyring && agents_work && dns_works && clients_work; do
    ! passed "$limit" || die "the tokens of the ACLs are not settled within $ACL_S s: $reason; run it again"
    sleep 0.5
  done
  tell_of_strangers
  note_clients_token
  remove_older_tokens
}

# ---------------------------------------------------------------- made

tokens_are_made() {
  local known='' status=0
  known=$(known_tokens) || status=$?
  if [ "$status" -eq 3 ]; then
    make_management || return 1
    status=0
    known=$(known_tokens) || status=$?
  fi
  reason="asked for its tokens with the management token, $via $(answer_words "$status")"
  [ "$status" -eq 0 ] || return 1
  write_tokens "$known"
}

# The policies and the tokens of $TOKENS_MADE; $1: the tokens that Consul has.
write_tokens() {
  local kind='' server='' accessor='' secret=''
  write_policy "$maker" && write_clients_policy || return 1
  while read -r kind server accessor secret; do
    [ "$kind" != kept ] || continue
    reason="the token of the $kind $server could not be written"
    token_body "$kind" "$server" "$accessor" "$secret" | write_token "$accessor" "$1" || return 1
  done <"$TOKENS_MADE"
}

# Consul makes the management token of its settings at an election alone. Where somebody has deleted it, the provisioner's, which
# may write ACLs, makes it again: the same secret, and the description that Consul's own would have. Before the first
# run is over nobody knows the provisioner's either, and the election that makes the other is about to be.
make_management() {
  local status=0
  write_management provisioner || status=$?
  reason="the management token of the settings may not be used at $via (403), and it could not be made again with the provisioner's: that $(refusal_words "$status")"
  [ "$status" -ne 3 ] || reason="$via lets neither the management token of the settings nor the provisioner's in (403). Consul makes the first of the settings at an election: while all servers are well, restart the one that leads by hand (systemctl restart $SERVICE); else see docs/security.md, \"ACLs\""
  [ "$status" -eq 0 ] || return 1
  say "the management token of the settings was gone from Consul, and is made again"
}

# The management token of the settings, with the token $1: Consul has it not, or has taken its rights away (below).
write_management() {
  local rights='"Description":"Initial Management Token","Policies":[{"ID":"00000000-0000-0000-0000-000000000001"}]' said='' accessor=''
  if said=$(request management "$via" /v1/acl/token/self) && accessor=$(printf '%s' "$said" | json_fields AccessorID); then
    printf '{"AccessorID":"%s",%s}' "$accessor" "$rights" | request "$1" "$via" "/v1/acl/token/$accessor" -X PUT -d @- >/dev/null
  else
    sed "s/.*/{\"SecretID\":\"&\",$rights}/" "$(token_file management).token" |
      request "$1" "$via" /v1/acl/token -X PUT -d @- >/dev/null
  fi
}

# Tokens that Consul has: ACCESSOR DESCRIPTION, with `_` for a space.
known_tokens() {
  local said=''
  said=$(request "$maker" "$via" /v1/acl/tokens) || return
  printf '%s' "$said" | json_rows '' AccessorID 'Description?'
}

# With the token $1. For a snapshot Consul demands the right to write ACLs, which is the right to make any token. What is an
# agent's own is asked with the recovery token, and needs no right here.
write_policy() {
  put_policy "$1" "$POLICY" "What a run of consul-cluster needs" \
    'operator = \"write\"' 'keyring = \"write\"' 'acl = \"write\"' 'session_prefix \"\" { policy = \"write\" }' \
    'key_prefix \"consul-cluster/\" { policy = \"write\" }'
}

# Which client agents there are, and what runs beside them, the cluster does not know: so it is every node and every service.
# To write them is to read them, which is what DNS is answered with, and a certificate for an agent is given by it.
write_clients_policy() {
  put_policy "$maker" "$CLIENTS_POLICY" "What client agents of consul-cluster need" \
    'node_prefix \"\" { policy = \"write\" }' 'service_prefix \"\" { policy = \"write\" }' \
    'query_prefix \"\" { policy = \"read\" }'
}

# TOKEN NAME DESCRIPTION RULE...: writes the policy with the token, whether it is there or not.
put_policy() {
  local with="$1" policy="$2" about="$3" said='' status=0 id=''
  shift 3
  reason="the policy $policy could not be written with the token of $with"
  said=$(request "$with" "$via" "/v1/acl/policy/name/$policy") || status=$?
  case $status in
    0) id=$(printf '%s' "$said" | json_fields ID) || return 1 ;;
    1) ;;
    *) return 1 ;;
  esac
  {
    printf '{"Name":"%s","Description":"%s","Rules":"' "$policy" "$about"
    printf '%s\\n' "$@"
    printf '"}'
  } | request "$with" "$via" "/v1/acl/policy${id:+/$id}" -X PUT -d @- >/dev/null
}

# The token as Consul takes it: $1 its kind, $2 the server, $3 its accessor, $4 its secret.
token_body() {
  printf '{"AccessorID":"%s","SecretID":"%s",' "$3" "$4"
  case $1 in
    provisioner) printf '"Description":"consul-cluster provisioner","Policies":[{"Name":"%s"}]}' "$POLICY" ;;
    clients) printf '"Description":"consul-cluster clients","Policies":[{"Name":"%s"}]}' "$CLIENTS_POLICY" ;;
    dns) printf '"Description":"consul-cluster dns","TemplatedPolicies":[{"TemplateName":"builtin/dns"}]}' ;;
    agent) printf '"Description":"consul-cluster agent %s","NodeIdentities":[{"NodeName":"%s","Datacenter":"%s"}]}' "$2" "$2" "$(staged_fact datacenter)" ;;
  esac
}

# The token on stdin, with the accessor $1. Consul takes one that it has, of those in $2, at another path than a new one.
write_token() {
  local place=''
  ! printf '%s\n' "$2" | grep -q "^$1 " || place=/$1
  request "$maker" "$via" "/v1/acl/token$place" -X PUT -d @- >/dev/null
}

# ---------------------------------------------------------------- taken away

# A server that this cluster shall not have any more, $1, and that the members, $2, still have.
is_leaving() {
  ! grep -q "^agent $1 " "$TOKENS_MADE" && printf '%s\n' "$2" | grep -q "^$1 1 "
}

# Client agents get theirs in a run of their own, so that the one they had is known until the rotation after. One that was cut off
# gave none to anybody, so it is whole rotations that count; which they were stays with the cluster, whichever host looks.
note_clients_token() {
  local now='' said='' last='' status=0
  now=$(sed -n 's/^clients - \([^ ]*\) .*/\1/p' "$TOKENS_MADE")
  # Where nothing has rotated, what there was before comes of other ACLs, which ended.
  clients_before=$(sed -n 's/^kept clients \([^ ]*\) .*/\1/p' "$TOKENS_MADE")
  said=$(kv_get "$via" "$CLIENTS_NOTE" '&consistent') || status=$?
  case $status in
    0)
      last=${said% *}
      if [ -n "$clients_before" ] && [ "$last" = "$now" ]; then clients_before=${said#* }
      elif [ -n "$clients_before" ]; then clients_before=$last
      fi
      ;;
    1) ;;
    *) die "which tokens client agents have had is not known: $via $(answer_words "$status"); run it again" ;;
  esac
  [ "$said" = "$now ${clients_before:--}" ] || kv_put "$via" "$CLIENTS_NOTE" "$now ${clients_before:--}" ||
    die "which tokens client agents have had could not be noted; run it again"
}

# A management token of before, that with the accessor $1. A server has it in memory until it starts again, and one that comes to
# lead makes it again where Consul has it no more, whatever its settings say by then. So it stays, and may do nothing.
disarm_management() {
  printf '{"AccessorID":"%s","Description":"consul-cluster former management token, without rights","Policies":[]}' "$1" |
    request management "$via" "/v1/acl/token/$1" -X PUT -d @- >/dev/null ||
    die "the rights of an older management token could not be taken away ($1); run it again"
  say "older management token ($1) has no rights any more"
}

# Of servers that are gone, and of seeds, rotations and management tokens of before, but for what is kept of a rotation. What others have made is left alone, and so is the
# token of a server that is about to leave: it writes its own node until it has left.
remove_older_tokens() {
  local known='' own='' members='' accessor='' description=''
  own=$(request management "$via" /v1/acl/token/self) || die "the management token cannot be read; run it again"
  own=$(printf '%s' "$own" | json_fields AccessorID) || die "the management token cannot be read; run it again"
  known=$(known_tokens) || die "the tokens of Consul cannot be read; run it again"
  members=$(members_of "$via") || die "the members of the pool cannot be read; run it again"
  printf '%s\n' "$known" | while read -r accessor description; do
    case $description in
      consul-cluster_provisioner | consul-cluster_dns | consul-cluster_clients | consul-cluster_agent_*)
        ! grep -v '^kept ' "$TOKENS_MADE" | grep -q " $accessor " || continue
        [ "$accessor" != "$clients_before" ] || continue
        ! is_leaving "${description#consul-cluster_agent_}" "$members" || continue
        ;;
      Initial_Management_Token)
        [ "$accessor" = "$own" ] || disarm_management "$accessor"
        continue
        ;;
      *) continue ;;
    esac
    request management "$via" "/v1/acl/token/$accessor" -X DELETE >/dev/null ||
      die "an older token could not be removed ($description, $accessor); run it again"
    say "older token removed: $(printf '%s' "$description" | tr _ ' ')"
  done
}

# shellcheck shell=sh
# globals: reason tokens place
# With which token Consul is asked. They lie in files of root's, TOKEN.curl for curl and TOKEN.token for Consul's own
# commands, staged with the other secrets where there are ACLs, and stand in no argument and no environment:
#
#   recovery      known to each agent by itself, so that it works also where there is no quorum; for what is the agent's own
#   provisioner   what a run needs of the cluster, and no more; the run that turns ACLs on makes it at its end
#   recovery-before  of another rotation: what agents know that have not switched to this one
#   agent         of a client alone: what its agent does everything with; the scripts try it, and use recovery
#   management    may do anything: makes the others, and stands in for the provisioner's where that is not known, or may not what it should
#
# Where other tokens are staged than those of what runs, or none, those of what runs go by former-NAME until the switch is
# whole: on the way off an agent still judges by them.
#
# A token that nobody knows yet is refused also where everybody may do anything. So while a policy is "allow", or not known
# to be "deny", a question goes without one first; what is refused then is asked with one, for the agent that judges it
# may be on the other side of a change.

TOKEN_S=5 # for a token to reach every server

# A damaged one counts as none: where there is another that works, it is asked with that.
has_token() {
  local place='' line=''
  place_of_token "$1"
  { IFS= read -r line <"$place.curl"; } 2>/dev/null || return 1
  case $line in 'header = "X-Consul-Token: '*[!\"]'"') ;; *) return 1 ;; esac
}

# Do the servers know the token of the client agent here, where it has one? Leaves the reason in $reason where they do not.
agent_token_is_known() {
  local status=0
  has_token agent || return 0
  request agent "$api" /v1/acl/token/self >/dev/null || status=$?
  [ "$status" -eq 0 ] || reason="the agentToken is not known to the servers, or they have no ACLs: asked for it, $api $(answer_words "$status")"
  return "$status"
}

# The same for a while: one that was just made reaches the servers one after the other.
await_agent_token() { within "$TOKEN_S" agent_token_is_known; }

# Its file without its ending.
token_file() {
  local place=''
  place_of_token "$1"
  echo "$place"
}

# The same, in $place.
place_of_token() {
  case $1 in
    former-*) place=$APPLIED_SECRETS/${1#former-} ;;
    *) place=$STAGED/secrets/$1 ;;
  esac
}

# Has the set that runs another token $1 than the staged one?
has_former() { has_token "former-$1" && ! same_text "$APPLIED_SECRETS/$1.curl" "$STAGED/secrets/$1.curl"; }

# Does what runs, ran before a switch that is not whole, or shall run, deny whoever has no token?
acl_denies() {
  local value='' facts=''
  for facts in "$FACTS" "$PREVIOUS/facts" "$STAGED_CONFIG/facts"; do
    look_up "$facts" acl
    [ "$value" != deny ] || return 0
  done
  return 1
}

# The tokens for a question to the path $1, in the order in which they are tried, in $tokens.
tokens_for() {
  tokens=''
  case $1 in
    # Everybody may ask this.
    /v1/status/*) ;;
    # The only one of the agent's paths that is judged as the cluster's.
    /v1/agent/force-leave/*) cluster_tokens ;;
    # A server's own agent may read every node, and the provisioner's token none.
    /v1/agent/* | /v1/catalog/nodes*)
      ! has_token recovery || tokens=recovery
      ! has_former recovery || tokens="$tokens former-recovery"
      ! has_token recovery-before || tokens="$tokens recovery-before"
      ;;
    /v1/acl/*) ! has_token management || tokens=management ;;
    *) cluster_tokens ;;
  esac
  tokens=${tokens:-none}
}

cluster_tokens() {
  local former=''
  acl_denies || tokens=none
  ! has_token provisioner || tokens="$tokens provisioner management"
  for former in provisioner management; do ! has_former "$former" || tokens="$tokens former-$former"; done
}

# What the own agent lets its commands do: with the token of what runs.
agent_token() {
  if has_former recovery; then echo former-recovery
  elif has_token recovery; then echo recovery
  else echo none
  fi
}

# Is it worth to ask again with the next token? $1: the one that was refused, $2: what was said. What somebody took away of the
# provisioner's rights a run needs all the same, and gives back at its end: until then the management token stands in. One of a
# rotation that is gone back to has no rights until it gets them again (disarm_management).
is_worth_another_token() {
  case $1 in none | provisioner | former-provisioner | management) return 0 ;; esac
  case $2 in *"ACL not found"*) return 0 ;; *) return 1 ;; esac
}

# The argument of Consul's own commands for the token $1; none for `none`.
token_argument() { [ "$1" = none ] || echo "-token-file=$(token_file "$1").token"; }

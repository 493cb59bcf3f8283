# shellcheck shell=sh
# globals: desired release
# shellcheck disable=SC2154  # api is where the agent runs
# What an agent shall run, of a server as of a client: the desired text beside the applied one, and the least that
# leads from one to the other. The text has a line for the release, the digests restart-settings, reloadable-settings and
# neighbours, the labels of the secrets and, where there are such, of the tokens, of their rotation and of the certificate, a
# client's as agent-token, and wipe-data where it was asked for.

RELOAD_S=30 # many services, a busy host

desired=$STATE/wanted
APPLIED=$STATE/active

# desired_part KEY FILE
desired_part() {
  local value=''
  look_up "$2" "$1" ' '
  [ -z "$value" ] || printf '%s\n' "$value"
}

# The label of the tokens as they are staged, a server's or a client's (render/acl.ts, stagedTokensLabel).
tokens_part() {
  local rotation=''
  rotation=$(desired_part acl-rotation "$1")
  echo "$(desired_part tokens "$1")${rotation:+.$rotation}$(desired_part agent-token "$1")"
}

# The release of the set that was applied. Where the applied text is damaged, the one that the program's link leads to.
applied_release() {
  local found=''
  found=$(desired_part release "$APPLIED")
  if [ -z "$found" ] && [ -e "$APPLIED" ] && [ -L "$BINARY" ]; then
    found=$(readlink "$BINARY")
    found=${found%/*}
    found=${found##*/}
  fi
  echo "$found"
}

# Takes the desired text from stdin, and refuses to go on where something else is staged.
read_desired() {
  cat >"$desired.new"
  [ -s "$desired.new" ] || die "nothing arrived on stdin; nothing was changed"
  mv "$desired.new" "$desired"
  release=$(desired_part release "$desired")
  [ -x "$RELEASES/$release/consul" ] || die "release $release is not on this host; raise the server's generation, or run it again after a change of its settings; nothing was changed"
  require_settings
  require_secrets "$(desired_part secrets "$desired")" "$(tokens_part "$desired")" "$(desired_part certificate "$desired")"
}

# What is applied, in a word for the program: another one after every switch, be it one that was taken back since, and after a leave.
# The text alone would not do, for a setting goes to and fro. Where nothing is applied no two looks are the same: from such a host an agent
# has left since, or none was started yet, whatever the state has of it.
applied_word() {
  if ! is_applied; then digest /proc/sys/kernel/random/uuid
  elif [ -e "$SWITCH_NOTE" ]; then digest "$APPLIED" "$SWITCH_NOTE"
  else digest "$APPLIED"
  fi
}

differs() {
  local value='' wanted=''
  look_up "$desired" "$1" ' '
  wanted=$value
  look_up "$APPLIED" "$1" ' '
  [ "$wanted" != "$value" ]
}

wipe_is_asked_for() { differs wipe-data && [ -n "$(desired_part wipe-data "$desired")" ]; }

# The least that serves. What is on its way up or down still runs: only where there is no process at all its neighbours
# have nothing to lose by a start.
choose_action() {
  if wipe_is_due; then echo wipe
  elif ! runs; then echo start
  # The mark was followed, which the data tells and the applied text does not: this host was installed anew since.
  elif wipe_is_asked_for; then echo restart
  # A switch that was cut off: what runs may be the old set, the new one, or one that has been taken back since.
  elif [ -e "$PREVIOUS/complete" ]; then echo restart
  elif same_file "$desired" "$APPLIED"; then echo no_op
  # The management token is read by a server that starts, and then leads.
  elif differs release || differs restart-settings || differs tokens; then echo restart
  elif differs reloadable-settings || differs acl-rotation || differs certificate || differs agent-token; then echo reload
  else echo record_only
  fi
}

# Consul takes its reloadable settings and its certificate over; where it refuses, it keeps what it had, but for the services
# of its settings, which it has dropped by then: they come with the next reload that it takes.
reload() {
  local said='' status=0
  switch_over
  if is_locked_out && ! reload_by_signal; then
    reload_previous
    die "a signal to reload did not bring this server its certificate within $RELOAD_S s, so it was told to take its previous settings again"
  fi
  said=$(ask "$api" /v1/agent/reload -X PUT --connect-timeout "$RELOAD_S" --max-time "$RELOAD_S") || status=$?
  case $status in
    0) certificate_is_shown || { reload_previous; die "what it shows since the reload is not accepted here, so it was told to take its previous certificate again"; }
       rotation_is_taken || { reload_previous; die "it does not know its new tokens $TOKEN_S s after the reload, so it was told to take its previous ones again"; }
       await_agent_token || { reload_previous; die "$reason, so it was told to take its previous one again"; }
       switch_is_whole ;;
    # It may have taken them over, and only have been late to say so.
    2) reload_previous; die "Consul did not answer within $RELOAD_S s when it was to reload, so it was told to take its previous settings again" ;;
    *) reload_previous; die "Consul refuses to reload ($(answer_words "$status")), so it has its previous settings again: $(printf '%s' "$said" | without_secrets)" ;;
  esac
}

# A signal needs no API, and brings no answer: that it was taken shows in the certificate, which is the first of what Consul takes over.
# What became of the rest tells the question that can be asked from then on.
reload_by_signal() {
  timeout "$RELOAD_S" systemctl reload "$SERVICE" || return 1
  within "$RELOAD_S" certificate_is_shown
}

reload_previous() {
  restore_previous
  # With HTTPS alone it cannot be asked where it shows what is not accepted.
  if is_locked_out; then timeout "$RELOAD_S" systemctl reload "$SERVICE" || true
  else ask "$api" /v1/agent/reload -X PUT --connect-timeout "$RELOAD_S" --max-time "$RELOAD_S" >/dev/null || true
  fi
  forget_previous
}

# What is read at the next start only: who the neighbours are, and a gossip key that the keyring has by now.
record_only() {
  switch_over
  switch_is_whole
}

say_what_was_done() {
  case $1 in
    no_op) say "runs these settings already" ;;
    record_only) say "settings noted, nothing to restart or to reload" ;;
    *) say "$1 done, Consul $release" ;;
  esac
}

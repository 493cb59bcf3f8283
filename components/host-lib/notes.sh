# shellcheck shell=sh
# globals: reason
# What a host remembers of the set that runs may be lost, or cut off. That never means "nothing is here": the facts are read
# once more, off the settings and the unit that run. Sets of 0.1.0 laid none down, and later ones, for a while, none with a
# last line: theirs are read again, too.

# Has the facts file $1 its last line, and what others rely on?
facts_are_whole() {
  [ -r "$1" ] && awk '
    { last = $0; at = index($0, "="); if (at && at < length($0)) has[substr($0, 1, at - 1)] = substr($0, at + 1) }
    END {
      whole = last == "end=facts" && has["name"] != "" && has["address"] != "" && has["data_dir"] != "" &&
        has["config_dir"] != "" && has["api"] != "" && (has["role"] == "client" || has["raft_address"] != "")
      exit !whole
    }' "$1"
}

# Has a set ever been put in the active place here? No single note says no.
was_applied() { [ -e "$STATE/active" ] || [ -e "$FACTS" ] || [ -L "$(folder_of_unit)" ]; }

# Lays the facts of what was applied here down again, where they are missing or damaged. Where they cannot be had it
# fails, with the reason in $reason; but what does not run has nothing to lose, and is judged as if nothing was applied.
restore_facts() {
  local folder=''
  ! facts_are_whole "$FACTS" && was_applied || return 0
  folder=$(folder_of_unit)
  if [ -n "$folder" ] && facts_of_settings "$folder" >"$FACTS.new" && facts_are_whole "$FACTS.new"; then
    replace "$FACTS.new" "$FACTS"
    say "what this host knows of the set that runs was read off its settings again: $FACTS"
    return 0
  fi
  rm -f "$FACTS.new"
  if ! runs; then
    [ ! -e "$FACTS" ] || mv "$FACTS" "$FACTS.damaged"
    return 0
  fi
  reason="$FACTS, which tells what runs on this host, is missing or damaged, and cannot be read off the settings in ${folder:-the folder that $UNIT should name}"
  return 1
}

# The same of the applied text, without which there is no way back to what runs. One that waits for its first election has
# none yet: nothing is whole there; and in the middle of a switch the note of before has it.
restore_applied() {
  local folder=''
  [ -z "$(desired_part release "$APPLIED")" ] && [ ! -e "$PREVIOUS/complete" ] && facts_are_whole "$FACTS" || return 0
  folder=$(applied_fact config_dir)
  [ -L "$folder" ] && [ -L "$BINARY" ] && runs && names_a_leader "$(applied_fact api)" || return 0
  copy_applied_settings "$STAGED/config.applied" || return 0
  applied_of_settings "$STAGED/config.applied" >"$APPLIED.new"
  rm -rf "$STAGED/config.applied"
  replace "$APPLIED.new" "$APPLIED"
  say "what this host knows of the set that runs was read off its settings again: $APPLIED"
}

# The text that an activation would have been told (renderWanted in render/server.ts), of the applied settings in the folder $1.
applied_of_settings() {
  local release='' part='' mark='' label='' certificate=''
  release=$(readlink "$BINARY")
  release=${release%/*}
  echo "release ${release##*/}"
  for part in restart-settings reloadable-settings neighbours; do echo "$part $(digest_of_settings "$part" "$1")"; done
  echo "secrets $(secrets_label "$APPLIED_SECRETS" label)"
  label=$(secrets_label "$APPLIED_SECRETS" tokens-label)
  [ -z "$label" ] || is_client || echo "tokens $label"
  certificate=$(secrets_label "$APPLIED_SECRETS" certificate-label)
  [ -z "$certificate" ] || echo "certificate $certificate"
  if [ -n "$label" ] && is_client; then echo "agent-token $label"; fi
  mark=$(read_beside_data "$(applied_fact data_dir)/$WIPE_NOTE" | sed -n 1p)
  case $mark in "$(owner_id) "*) echo "wipe-data ${mark#* }" ;; esac
}

# Nothing that runs is changed by whoever does not know what it is. $1: what was not done, in words.
require_facts() {
  if restore_facts; then restore_applied; return 0; fi
  die "$reason; ${1:-nothing was changed}. Put one of the two back: the settings from a backup, or that file, which is $STAGED/config/facts where nothing was staged since. Else, while all other servers are well, hand leadership over, stop it here (systemctl stop $SERVICE) and raise its generation: then it is set up again"
}

# Where the unit has Consul read its settings.
folder_of_unit() { sed -n 's/^ExecStart=.* -config-dir=\([^ ]*\).*/\1/p' "$UNIT" 2>/dev/null | sed -n 1p; }

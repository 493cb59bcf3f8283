# shellcheck shell=sh
# globals: api bootstraps
# shellcheck disable=SC2154  # release and desired are of desired.sh, bootstraps the script's
# Puts the staged set in the active place: settings and secrets, unit, environment, release, facts.

# From here on the data folder is this cluster's, even if the script is cut off in the next moment.
switch_over() {
  remember_previous
  note_switch
  install_config
  install_service
  staged_fact data_dir >"$DATA_NOTE.new"
  replace "$DATA_NOTE.new" "$DATA_NOTE"
  cp "$STAGED/config/facts" "$FACTS.new"
  replace "$FACTS.new" "$FACTS"
}

# The next look finds another word for what is applied here: see applied_word.
note_switch() {
  cat /proc/sys/kernel/random/uuid >"$SWITCH_NOTE.new"
  replace "$SWITCH_NOTE.new" "$SWITCH_NOTE"
}

# Where the agent listens once the new set runs.
look_at_the_new_set() { api=$(staged_fact api); }

# The set runs, and is well.
switch_is_whole() {
  local before=''
  before=$(desired_part release "$APPLIED")
  cp "$desired" "$APPLIED.new"
  replace "$APPLIED.new" "$APPLIED"
  keep_secrets
  [ -z "$before" ] || [ "$before" = "$release" ] || echo "$before" >"$STATE/release.previous"
  forget_previous
  prune_releases
}

# The files of the set in the folder $1, in the order in which it is named after them. Names of our own making, without blanks.
files_of_set() { find "$1" -type f 2>/dev/null | LC_ALL=C sort; }

# Is what lies in the active place what was put there? A set is named after what is in it.
active_set_is_whole() {
  local set='' files=''
  set=$(readlink "$(applied_fact config_dir)") || return 0
  files=$(files_of_set "$set")
  # shellcheck disable=SC2086
  [ -n "$files" ] && [ "$(digest $files)" = "${set##*/}" ]
}

# What runs has it in memory; the next start would read what is on the disk.
restore_damaged_set() {
  ! active_set_is_whole || return 0
  say "what lies in $(applied_fact config_dir) is not what was put there: the settings are laid down again"
  record_only
}

install_config() {
  local folder='' sets='' next='' set=''
  folder=$(staged_fact config_dir)
  sets=$folder.sets
  next=$sets/.next
  note_config_folder "$folder"
  rm -rf "$next"
  mkdir -p "$next"
  cp "$STAGED"/config/[0-9]*.json "$STAGED/secrets/30-secrets.json" "$next/"
  # Only a cluster that does not exist yet is bootstrapped; whoever joins one must not expect to.
  [ "${bootstraps:-no}" != yes ] || cp "$STAGED/config/bootstrap.json" "$next/"
  install_certificate "$next"
  chown -R root:consul "$sets"
  chmod 0750 "$sets"
  find "$next" -type d -exec chmod 0750 {} +
  find "$next" -type f -exec chmod 0640 {} +
  # shellcheck disable=SC2046
  set -- $(files_of_set "$next")
  flush "$@"
  set=$sets/$(digest "$@")
  rm -rf "$set"
  mv "$next" "$set"
  # A folder that stood here before is kept aside, once; ours is a link, swapped in one step.
  [ -L "$folder" ] || [ ! -d "$folder" ] || rmdir "$folder" 2>/dev/null || mv "$folder" "$folder.before"
  point "$folder" "$set"
  restore_contexts "$sets" "$folder"
}

install_service() {
  local changed=''
  changed=$(install_file "$STAGED/config/consul.service" "$UNIT" 0644; install_temporary_folder)
  [ -z "$changed" ] || systemctl daemon-reload
  # The file may hold what is nobody's business, so it is root's alone: systemd reads it as root.
  install_file "$STAGED/config/environment" "$ENVIRONMENT" 0600 >/dev/null
  flush "$RELEASES/$release/consul"
  point "$BINARY" "$RELEASES/$release/consul"
  restore_contexts "$BINARY"
  systemctl --quiet is-enabled "$SERVICE" 2>/dev/null || systemctl --quiet enable "$SERVICE"
}

# Whoever leads puts a snapshot together in a temporary file: on the disk of the data, which has room for it, and not in a
# /tmp that may lie in memory. Read at the next start, and no reason for one, so it is no part of the unit.
install_temporary_folder() {
  printf '[Service]\nEnvironment="TMPDIR=%s"\n' "$(staged_fact data_dir)" >"$STATE/tmpdir.conf"
  install_file "$STATE/tmpdir.conf" "$TMPDIR_UNIT" 0644
}

# Releases beyond the one that runs and the one before it go: 200 MB each.
prune_releases() {
  local folder='' keep=''
  keep=" $release $(cat "$STATE/release.previous" 2>/dev/null || true) "
  for folder in "$RELEASES"/*/; do
    folder=$(basename "$folder")
    case $keep in *" $folder "*) continue ;; esac
    [ -x "$RELEASES/$folder/consul" ] || continue
    rm -rf "${RELEASES:?}/$folder"
    say "release $folder removed: it is neither the active one nor the one before"
  done
}

# What a server holds, but for the mark of a volume: others hold it, too.
empty_data_folder() {
  local folder=''
  folder=$(staged_fact data_dir)
  find "$folder" -mindepth 1 ! -path "$folder/$DATA_MARK" -delete
  say "$folder wiped"
}

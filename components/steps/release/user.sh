# shellcheck shell=sh
# shellcheck disable=SC2154  # the settings are read by install-release.sh
# The user as which Consul runs, and the folders. What is made is noted before it is made: so it can be taken off again,
# and nothing else.

make_user() {
  local group=''
  ! id consul >/dev/null 2>&1 || return 0
  note_made user
  group=--user-group
  ! getent group consul >/dev/null 2>&1 || group="--gid consul"
  # shellcheck disable=SC2086  # one word or two
  useradd --system $group --no-create-home --home-dir "$dataDir" --shell /usr/sbin/nologin consul
  say "user consul made"
}

make_folders() {
  mkdir -p "$RELEASES" "$LIBRARY" "$(dirname "$configDir")"
  [ -d "$dataDir" ] || note_made "data $dataDir"
  mkdir -p "$dataDir"
  chmod 0700 "$dataDir"
  own_data_folder
  restore_contexts "$LIBRARY" "$dataDir" "$(dirname "$configDir")"
}

# Data that comes on a volume from another machine, or was left here by a user that is gone, may have another number. Nobody
# but root gets into it meanwhile, and no link is followed.
own_data_folder() {
  if [ "$(stat -c %u "$dataDir")" = "$(id -u consul)" ]; then chown consul:consul "$dataDir"; return; fi
  chown root:root "$dataDir"
  chown -R -h consul:consul "$dataDir"
}

# The first thing that is written: whatever comes after it can be told from a stranger's.
mark_host() {
  mkdir -p "$STATE"
  chmod 0700 "$STATE"
  [ -n "$(owner_id)" ] || ! is_of_older_release || note_made user
  note_owner "$OWNER_ID" "$OWNER_NAME"
}

mark_data_volume() { [ -z "$dataVolume" ] || printf '%s\n' "$OWNER_ID" | write_beside_data "$dataDir/$DATA_MARK"; }

#!/bin/sh
# Removes what its owner has made on this host: unit, settings, releases, staged files with their secrets, these scripts,
# the user. Consul's data stays and is named, unless removeData=yes. What was here before stays.
# (Departures of 0.1.0 say dataDir and configDir.)
set -eu
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

# The same host may be in use under a new address, staged already.
has_another_address() {
  local staged=''
  staged=$(staged_fact address)
  [ -n "$staged" ] && [ "$staged" != "$address" ]
}

# The unit is ours where a switch to a staged set has begun, be it one that never became well.
unit_is_ours() { was_applied || same_file "$STAGED/config/consul.service" "$UNIT"; }

# Consul's data, of the set that runs or of the staged one; where nothing was staged yet, the folder that was made for it.
data_folder() {
  local folder=''
  folder=$(applied_or_staged data_dir)
  [ -n "$folder" ] || [ ! -r "$MADE" ] || folder=$(sed -n 's/^data //p' "$MADE" | tail -n 1)
  [ -z "$folder" ] || echo "$folder"
}

holds_data() { [ -n "$1" ] && [ -n "$(ls -A "$1" 2>/dev/null)" ]; }

# More than one folder of settings, where a change was under way.
remove_settings() {
  local folder=''
  for folder in $(config_folders; staged_fact config_dir); do remove_config_folder "$folder"; done
}

# What is not this departure's to take away; says so. Looked at again behind the lock of the host: who held it may have made it
# somebody else's.
stays() { yields_to_another_owner || yields_to_another_server || yields_to_another_address; }

yields_to_another_address() {
  has_another_address || return 1
  say "stays in use, for the address $(staged_fact address)"
}

main() {
  local folder='' user=''
  owner='' address='' dataDir='' configDir='' removeData=''
  take "name owner address dataDir configDir removeData" "$@"
  refuse_an_older_departure
  ! stays || return 0
  lock "removal"
  ! stays || return 0
  folder=$(data_folder)
  ! was_made user || user=consul
  ! unit_is_ours || rm -f "$UNIT" "$ENVIRONMENT"
  rm -f "$TMPDIR_UNIT"
  rmdir "${TMPDIR_UNIT%/*}" 2>/dev/null || true
  systemctl daemon-reload
  remove_settings
  case $(readlink "$BINARY" 2>/dev/null) in "$RELEASES"/*) rm -f "$BINARY" ;; esac
  [ "$removeData" != yes ] || rm -rf ${folder:+"$folder"} "$SNAPSHOTS"
  if [ -n "$user" ]; then
    # Tokens and the gossip key stay with the data, and the next user that is made may get the number of this one.
    ! holds_data "$folder" || chown -R -h root:root "$folder"
    userdel "$user" 2>/dev/null || true
  fi
  # What was made stands in here: last, should this be cut off.
  rm -rf "$RELEASES" "$STATE" "$LIBRARY"
  rmdir "${STATE%/*}" 2>/dev/null || true
  if holds_data "$folder"; then
    say "service, settings and release removed; Consul's data stays in $folder"
  else
    [ -z "$folder" ] || rmdir "$folder" 2>/dev/null || true
    say "service, settings and release removed"
  fi
  rm -rf "$RUN"
}

# Read whole before it runs: it removes its own file.
main "$@" </dev/null

# shellcheck shell=sh
# globals: api reason
# shellcheck disable=SC2154  # release is of desired.sh; gate_after_restart is the script's own, or that of gate/gates.sh
# What an agent ran before, and the way back to it.

# Notes what is applied, before anything of it changes. A run that was cut off in the middle of a switch has noted it
# already, and what is applied now is half of the new: the note is kept until a switch is whole.
remember_previous() {
  local folder=''
  [ ! -e "$PREVIOUS/complete" ] || return 0
  rm -rf "$PREVIOUS"
  is_applied || return 0
  folder=$(applied_fact config_dir)
  [ -n "$folder" ] || die "there would be no way back to what runs, for $FACTS does not tell its config_dir; nothing was changed, run it again"
  # A person's own folder in the place of ours.
  [ -L "$folder" ] || { say "there is no way back to what runs, for $folder is no link to settings of this library's"; return 0; }
  mkdir -p "$PREVIOUS"
  cp -p "$APPLIED" "$PREVIOUS/active"
  cp -p "$FACTS" "$PREVIOUS/facts"
  cp -p "$UNIT" "$PREVIOUS/unit"
  [ ! -e "$ENVIRONMENT" ] || cp -p "$ENVIRONMENT" "$PREVIOUS/environment"
  [ ! -e "$DATA_NOTE" ] || cp -p "$DATA_NOTE" "$PREVIOUS/data"
  readlink "$folder" >"$PREVIOUS/set"
  readlink "$BINARY" >"$PREVIOUS/binary"
  flush "$PREVIOUS"/*
  touch "$PREVIOUS/complete"
}

# What is left of the sets before: in the folder of today, in one that the settings have moved from, and in each that a switch had begun
# to move to.
forget_previous() {
  local folder='' before='' old=''
  # There is no way back from here on: what it leads to is taken away.
  rm -f "$PREVIOUS/complete"
  folder=$(applied_fact config_dir)
  if [ -n "$folder" ]; then
    for before in $(config_folders); do
      [ "$before" = "$folder" ] || remove_config_folder "$before"
    done
    echo "$folder" >"$CONFIG_FOLDERS.new"
    replace "$CONFIG_FOLDERS.new" "$CONFIG_FOLDERS"
  fi
  remove_socket_folder "$PREVIOUS/unit"
  remove_socket_folder "$STAGED/config/consul.service"
  rm -rf "$PREVIOUS"
  for old in "$folder.sets"/*; do
    [ "$old" = "$(readlink "$folder")" ] || rm -rf "$old"
  done
}

# That of the unit $1, where what runs has another, or none: at a stop systemd takes away what the unit of today names, and no more.
remove_socket_folder() {
  local name=''
  name=$(socket_folder_name "$1")
  [ -z "$name" ] || [ "$name" = "$(socket_folder_name "$UNIT")" ] || rm -rf "/run/$name"
}

# Of the unit $1, below /run; nothing where it has none. validate/sockets.ts has how it may be called.
socket_folder_name() { sed -n 's/^RuntimeDirectory=\(consul\)$/\1/p; s/^RuntimeDirectory=\(consul-[a-z0-9-]*\)$/\1/p' "$1" 2>/dev/null | grep -vx consul-cluster || true; }

# The agent did not come back healthy: it gets what it ran before, and the run fails with the cause. The others were
# never touched; the next run tries again from here.
roll_back() {
  local cause=''
  cause="$reason
$(journal_words)"
  [ -e "$PREVIOUS/complete" ] || die "$cause"
  restore_previous
  restart_service
  if gate_after_restart "$(applied_release)" ''; then
    say "back on its previous release and settings, healthy"
  else
    say "back on its previous release and settings, but not healthy: $reason"
  fi
  forget_previous
  die "not healthy with the new release or settings, so it has its previous ones again: $cause"
}

restore_previous() {
  local folder=''
  [ -e "$PREVIOUS/complete" ] || die "there is nothing to go back to on this host"
  folder=$(fact "$PREVIOUS/facts" config_dir)
  [ -n "$folder" ] || die "there is no way back on this host, for $PREVIOUS/facts is damaged; take $PREVIOUS away, and run it again"
  point "$folder" "$(cat "$PREVIOUS/set")"
  point "$BINARY" "$(cat "$PREVIOUS/binary")"
  cp -p "$PREVIOUS/unit" "$UNIT"
  if [ -e "$PREVIOUS/environment" ]; then cp -p "$PREVIOUS/environment" "$ENVIRONMENT"; else rm -f "$ENVIRONMENT"; fi
  [ ! -e "$PREVIOUS/data" ] || cp -p "$PREVIOUS/data" "$DATA_NOTE"
  cp -p "$PREVIOUS/active" "$APPLIED"
  cp -p "$PREVIOUS/facts" "$FACTS"
  api=$(applied_fact api)
  systemctl daemon-reload
}

# shellcheck shell=sh
# The folder of settings: a link to a set in a folder beside it, which moves with another configDir. Secrets lie in it, so each
# that has ever been begun is known until it is gone.

# Before anything is laid down in the folder $1: secrets lie there, and a run that was cut off may be taken back.
note_config_folder() {
  { config_folders; echo "$1"; } | sort -u >"$CONFIG_FOLDERS.new"
  replace "$CONFIG_FOLDERS.new" "$CONFIG_FOLDERS"
}

# Every folder in which settings of this server's may lie, a line each: none has a blank in it.
config_folders() {
  local facts=''
  {
    cat "$CONFIG_FOLDERS" 2>/dev/null || true
    for facts in "$FACTS" "$PREVIOUS/facts"; do fact "$facts" config_dir; done
  } | grep '^/' | sort -u
}

# Ours alone: a link to a set, and the sets.
remove_config_folder() {
  local set=''
  ! leads_to_a_set "$1" || rm -f "$1"
  for set in "$1.sets/.next" "$1.sets"/*; do
    case ${set##*/} in
      .next) rm -rf "$set" ;;
      *[!0-9a-f]*) ;;
      ????????????) rm -rf "$set" ;;
    esac
  done
  rmdir "$1.sets" 2>/dev/null || true
}

# Is the folder of settings $1 a link of this library's?
leads_to_a_set() {
  [ -L "$1" ] || return 1
  case $(readlink "$1") in "$1.sets/"*) ;; *) return 1 ;; esac
}

# Settings move to a folder beside the one where they lie: what is in the other one goes once they have moved. And a folder of somebody's
# stays his. $1: what was not done where it is refused.
check_config_folder() {
  local folder='' real='' other=''
  folder=$(staged_fact config_dir)
  if [ -L "$folder" ] && ! leads_to_a_set "$folder"; then
    die "configDir is $folder, which is a link to $(readlink "$folder") that this library has not made: give a folder of its own, or take the link away; $1"
  fi
  real=$(real_folder "$folder")
  for other in $(config_folders); do
    [ "$other" != "$folder" ] || continue
    if lies_in "$real" "$(real_folder "$other")" || lies_in "$(real_folder "$other")" "$real"; then
      die "configDir is $folder, and $other has settings of this server by now, which lies in it or holds it: give a folder beside that one; $1"
    fi
  done
}

# Whatever links lead to the folder $1, which is one itself.
real_folder() { echo "$(readlink -m "$(dirname "$1")")/$(basename "$1")"; }

# Is the folder $1 the folder $2, or the one of its sets, or anything in them?
lies_in() {
  case $1/ in "$2/"* | "$2.sets/"*) ;; *) return 1 ;; esac
}

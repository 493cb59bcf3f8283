# shellcheck shell=sh
# globals: STAGED_CONFIG
# shellcheck disable=SC2154  # desired and name are of desired.sh and the scripts
# The staged settings: what an activation puts in the active place. What is refused, or taken back, leaves those of before: where
# the state has them as staged, no step lays them down again.

# Those that arrive in stdin are looked at beside the staged ones. The first ones have none to stand beside.
receive_settings() {
  [ -d "$STAGED/config" ] || [ ! -d "$STAGED/config.before" ] || mv "$STAGED/config.before" "$STAGED/config"
  [ ! -d "$STAGED/config" ] || STAGED_CONFIG=$STAGED/config.incoming
  unpack_files "$STAGED_CONFIG"
}

# They are good.
stage_received_settings() {
  [ "$STAGED_CONFIG" != "$STAGED/config" ] || return 0
  if [ "$(digest "$STAGED/config.incoming"/*)" = "$(digest "$STAGED/config"/*)" ]; then
    rm -rf "$STAGED/config.incoming"
  else
    rm -rf "$STAGED/config.before"
    mv "$STAGED/config" "$STAGED/config.before"
    mv "$STAGED/config.incoming" "$STAGED/config"
  fi
  STAGED_CONFIG=$STAGED/config
}

# Makes sure that the staged settings are those of the desired text. A run that was cut off may have staged others, and been
# taken back since.
require_settings() {
  local fault='' from=''
  fault=$(settings_fault "$STAGED/config")
  [ -n "$fault" ] || return 0
  copy_applied_settings "$STAGED/config.applied" || true
  for from in "$STAGED/config.before" "$STAGED/config.applied"; do
    [ -d "$from" ] || continue
    [ -z "$(settings_fault "$from")" ] || continue
    rm -rf "$STAGED/config.new"
    cp -pR "$from" "$STAGED/config.new"
    flush "$STAGED/config.new"/*
    rm -rf "$STAGED/config" "$STAGED/config.applied"
    mv "$STAGED/config.new" "$STAGED/config"
    say "$fault: taken from what was staged before, or runs"
    return 0
  done
  rm -rf "$STAGED/config.applied"
  die "$fault; nothing was changed; lay them down again: pulumi up --replace '**-$name-config'"
}

# Why the settings in the folder $1 are not those of the desired text; nothing where they are.
settings_fault() {
  local part='' is=''
  for part in restart-settings reloadable-settings neighbours; do
    is=$(digest_of_settings "$part" "$1" 2>/dev/null)
    if [ "$(desired_part "$part" "$desired")" != "$is" ]; then
      echo "the staged $part are not those of this run ($is, not $(desired_part "$part" "$desired"))"
      return
    fi
  done
  facts_are_whole "$1/facts" || echo "$1/facts is damaged"
}

# As renderWanted in render/server.ts has it. $1: the line of the desired text, $2: a folder of settings.
digest_of_settings() {
  case $1 in
    restart-settings) digest "$2"/10-*.json "$2/consul.service" "$2/environment" ;;
    reloadable-settings) digest "$2/20-reloadable.json" ;;
    neighbours) digest "$2/40-neighbours.json" ;;
  esac
}

# What lies in the active place, as it was staged, into the folder $1. Fails where something is missing.
copy_applied_settings() {
  local folder=''
  folder=$(applied_fact config_dir)
  rm -rf "$1"
  [ -n "$folder" ] && [ -d "$folder" ] || return 1
  mkdir -p "$1"
  cp "$folder"/10-*.json "$folder/20-reloadable.json" "$folder/40-neighbours.json" "$1/" 2>/dev/null &&
    cp "$UNIT" "$1/consul.service" 2>/dev/null && cp "$ENVIRONMENT" "$1/environment" 2>/dev/null && cp "$FACTS" "$1/facts" || return 1
  # How many are expected at a first election is no part of the active set.
  [ "$(fact "$STAGED/config/facts" servers)" != "$(applied_fact servers)" ] || cp "$STAGED/config/bootstrap.json" "$1/" 2>/dev/null || true
}

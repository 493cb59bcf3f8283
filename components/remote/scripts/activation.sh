# shellcheck shell=sh
# shellcheck disable=SC2154  # wanted, api and configDir are the script's that sources this file
# What an activation is, of a server as of a client agent: what is staged, what runs, the least that serves.
# Sourced by activate.sh and activate-client.sh, after lib.sh, switch.sh and wayback.sh.

part() { sed -n "s/^$1 //p" "$2" 2>/dev/null || true; }

check_staged() {
  release=$(part release "$wanted")
  [ -x "$RELEASES/$release/consul" ] || die "release $release is not on this host"
  expect restart-settings "$(digest "$STAGED"/config/10-*.json "$STAGED/config/consul.service" "$STAGED/config/environment")"
  expect reloadable-settings "$(digest "$STAGED/config/20-reloadable.json")"
  expect neighbours "$(digest "$STAGED/config/40-neighbours.json")"
  expect secrets "$(cat "$STAGED/secrets/label")"
}

expect() {
  [ "$(part "$1" "$wanted")" = "$2" ] ||
    die "the staged $1 are not those of this run ($2, not $(part "$1" "$wanted")); run it again"
}

differs() { [ "$(part "$1" "$wanted")" != "$(part "$1" "$STATE/active")" ]; }

# The least that serves. What is on its way up or down still runs: only where there is no process at all
# its neighbours have nothing to lose by a start.
choose_action() {
  if differs wipe-data && [ -n "$(part wipe-data "$wanted")" ]; then echo wipe
  elif ! runs; then echo start
  elif cmp -s "$wanted" "$STATE/active"; then echo nothing
  elif differs release || differs restart-settings; then echo restart
  elif differs reloadable-settings; then echo reload
  else echo note
  fi
}

switch_over() {
  remember_previous
  install_config
  install_service
  # From here on the data folder is this cluster's, even if the script is cut off in the next moment.
  printf '%s\n' "$dataDir" >"$STATE/data"
}

switch_is_whole() {
  cp "$wanted" "$STATE/active.new"
  mv "$STATE/active.new" "$STATE/active"
  forget_previous
}

reload() {
  switch_over
  answer=$(consul_api "$api" /v1/agent/reload -X PUT -w '%{http_code}') || true
  case $answer in
    *200) switch_is_whole ;;
    *) restore_previous; forget_previous; die "Consul refuses to reload, so it has its previous settings again: ${answer%???}" ;;
  esac
}

# What is read at the next start only: who the neighbours are, and a gossip key that the keyring has by now.
note() {
  switch_over
  switch_is_whole
}

say_what_was_done() {
  case $1 in
    nothing) say "runs these settings already" ;;
    note) say "settings noted, nothing to restart or to reload" ;;
    *) say "$1 done, Consul $release" ;;
  esac
}

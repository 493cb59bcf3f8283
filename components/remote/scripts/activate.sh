#!/bin/sh
# Switches this server to its staged set: starts Consul, reloads it or restarts it, or does nothing where
# the set runs already. What shall run arrives on stdin, a line each: release, restart-settings,
# reloadable-settings, secrets, every value a digest but the release's.
#
# In a cluster that has a leader the server is healthy again before the script ends. While no leader is
# known anywhere, which is how a cluster begins, it waits for nobody: the servers need each other to elect.
set -eu
umask 027
# shellcheck source=lib.sh
. /usr/local/lib/consul-cluster/lib.sh

TIMEOUT=120      # seconds for a server to be healthy again
STABLE=5         # seconds it has to stay so: autopilot's view may be 2 s old

part() { sed -n "s/^$1 //p" "$2" 2>/dev/null || true; }

# ---------------------------------------------------------------- what is staged, what runs

check_staged() {
  release=$(part release "$wanted")
  [ -x "$RELEASES/$release/consul" ] || die "release $release is not on this host"
  expect restart-settings "$(digest "$STAGED/config/10-server.json" "$STAGED/config/consul.service" "$STAGED/config/environment")"
  expect reloadable-settings "$(digest "$STAGED/config/20-reloadable.json")"
  expect secrets "$(digest "$STAGED/secrets/30-secrets.json")"
}

expect() {
  [ "$(part "$1" "$wanted")" = "$2" ] ||
    die "the staged $1 are not those of this run ($2, not $(part "$1" "$wanted")); run it again"
}

cluster_has_leader() {
  [ -z "$(leader "$api")" ] || return 0
  for peer in $(peers "$STAGED/config" "$api"); do
    [ -z "$(leader "$peer")" ] || return 0
  done
  return 1
}

# The least that serves.
choose_action() {
  systemctl --quiet is-active consul.service || { echo start; return; }
  cmp -s "$wanted" "$STATE/active" && { echo nothing; return; }
  for part in release restart-settings secrets; do
    [ "$(part "$part" "$wanted")" = "$(part "$part" "$STATE/active")" ] || { echo restart; return; }
  done
  echo reload
}

# ---------------------------------------------------------------- the switch

install_config() {
  sets=$configDir.sets
  next=$sets/.next
  rm -rf "$next"
  mkdir -p "$next"
  cp "$STAGED/config/10-server.json" "$STAGED/config/20-reloadable.json" "$STAGED/secrets/30-secrets.json" "$next/"
  # Only a cluster that does not exist yet is bootstrapped; whoever joins one must not expect to.
  [ "$cluster" = yes ] || cp "$STAGED/config/bootstrap.json" "$next/"
  chown -R root:consul "$sets"
  chmod 0750 "$sets" "$next"
  chmod 0640 "$next"/*
  set=$sets/$(digest "$next"/*)
  rm -rf "$set"
  mv "$next" "$set"
  # A folder that stood here before is kept aside, once; ours is a link, swapped in one step.
  [ -L "$configDir" ] || [ ! -d "$configDir" ] || rmdir "$configDir" 2>/dev/null || mv "$configDir" "$configDir.before"
  ln -sfn "$set" "$configDir.new"
  mv -T "$configDir.new" "$configDir"
  for old in "$sets"/*; do
    [ "$old" = "$set" ] || rm -rf "$old"
  done
}

install_file() {
  cmp -s "$1" "$2" && return 0
  [ -d "${2%/*}" ] || install -d -m 0755 "${2%/*}"
  install -m "$3" -o root -g root "$1" "$2.new"
  mv "$2.new" "$2"
  changed=yes
}

install_service() {
  changed=''
  install_file "$STAGED/config/consul.service" "$UNIT" 0644
  [ -z "$changed" ] || systemctl daemon-reload
  # The file may hold what is nobody's business, so it is root's alone: systemd reads it as root.
  install_file "$STAGED/config/environment" "$ENVIRONMENT" 0600
  ln -sfn "$RELEASES/$release/consul" /usr/local/bin/consul.new
  mv -T /usr/local/bin/consul.new /usr/local/bin/consul
  systemctl --quiet is-enabled consul.service 2>/dev/null || systemctl --quiet enable consul.service
}

act() {
  # From here on the data folder is this cluster's, even if the script is cut off in the next moment.
  printf '%s\n' "$dataDir" >"$STATE/data"
  case $1 in
    start) systemctl start --no-block consul.service ;;
    restart) systemctl restart --no-block consul.service ;;
    reload)
      answer=$(consul_api "$api" /v1/agent/reload -X PUT -w '%{http_code}') || true
      case $answer in *200) ;; *) die "Consul refuses to reload: $answer" ;; esac
      ;;
  esac
}

# ---------------------------------------------------------------- gates

# A restart takes one voter away: what is left has to be a quorum.
check_quorum_without_me() {
  view=$(autopilot_servers "$api")
  voters=$(printf '%s\n' "$view" | awk '$3 == "true"' | wc -l)
  others=$(printf '%s\n' "$view" | awk -v me="$name" '$1 != me && $2 == "true" && $3 == "true"' | wc -l)
  [ "$voters" -le 1 ] || [ "$others" -gt $((voters / 2)) ] ||
    die "a restart would cost the quorum: $others of $voters voters are healthy besides this server; nothing was changed"
}

wait_until_healthy() {
  start=$(seconds)
  good_since=''
  while :; do
    now=$(seconds)
    if autopilot_servers "$api" | grep -qxF "$name true true alive"; then
      good_since=${good_since:-$now}
      [ $((now - good_since)) -lt "$STABLE" ] || return 0
    else
      good_since=''
    fi
    [ $((now - start)) -lt "$TIMEOUT" ] ||
      die "not a healthy voter within $TIMEOUT s; the last lines of its journal:
$(journalctl -u consul.service -n 15 --no-pager -o cat 2>/dev/null)"
    sleep 0.5
  done
}

main() {
  api='' dataDir='' configDir=''
  take "name api dataDir configDir" "$@"
  text=$(cat)
  lock "activation"
  wanted=$STATE/wanted
  printf '%s\n' "$text" >"$wanted"
  check_staged
  cluster=no
  ! cluster_has_leader || cluster=yes
  action=$(choose_action)
  [ "$action$cluster" != restartyes ] || check_quorum_without_me
  if [ "$action" != nothing ]; then
    install_config
    install_service
    act "$action"
    cp "$wanted" "$STATE/active.new"
    mv "$STATE/active.new" "$STATE/active"
  fi
  # Where nothing was done, one good look is enough.
  [ "$action" != nothing ] || STABLE=0
  [ "$cluster" = no ] || wait_until_healthy
  case $action in
    nothing) say "runs these settings already" ;;
    *) say "$action done, Consul $release" ;;
  esac
}

main "$@"

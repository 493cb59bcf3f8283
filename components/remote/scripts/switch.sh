# shellcheck shell=sh
# shellcheck disable=SC2154  # release, cluster and configDir are the script's that sources this file
# Puts the staged set in the active place. Sourced after lib.sh.

install_config() {
  sets=$configDir.sets
  next=$sets/.next
  rm -rf "$next"
  mkdir -p "$next"
  cp "$STAGED"/config/[0-9]*.json "$STAGED/secrets/30-secrets.json" "$next/"
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
  restore_contexts "$sets" "$configDir"
}

install_file() {
  cmp -s "$1" "$2" && return 0
  [ -d "${2%/*}" ] || install -d -m 0755 "${2%/*}"
  install -m "$3" -o root -g root "$1" "$2.new"
  mv "$2.new" "$2"
  restore_contexts "$2"
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
  restore_contexts /usr/local/bin/consul
  systemctl --quiet is-enabled consul.service 2>/dev/null || systemctl --quiet enable consul.service
}

# shellcheck shell=sh
# HAProxy with the settings that come on stdin. Runs on the host as root, through `sh -s`; its last line,
# `main PORT`, is added with the settings.

set -eu

die() { printf '%s\n' "$*" >&2; exit 1; }

install_haproxy() {
  command -v haproxy >/dev/null && return
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update && apt-get install --yes --no-install-recommends haproxy; } </dev/null >&2
}

main() {
  config=/etc/haproxy/haproxy.cfg
  install_haproxy
  cat >"$config.new"
  # A wrong one is told, and the right one goes on.
  said=$(haproxy -c -f "$config.new" 2>&1) || die "$config.new is wrong, the settings before it stay: $said"
  if ! cmp -s "$config.new" "$config" || ! systemctl is-active --quiet haproxy; then
    mv "$config.new" "$config"
    systemctl enable --quiet haproxy
    systemctl reload-or-restart haproxy
  fi
  rm -f "$config.new"
  await_answer "$1"
}

# The list is empty until Consul names a server whose check passes.
await_answer() {
  for _ in $(seq 60); do
    status=$(curl --silent --max-time 5 --output /dev/null --write-out '%{http_code}' "http://127.0.0.1:$1/") || true
    if [ "$status" = 200 ]; then return; fi
    sleep 1
  done
  die "no server behind HAProxy answers within a minute; the last status was $status"
}

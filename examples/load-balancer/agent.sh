# shellcheck shell=sh
# A client agent of Consul with the settings that come on stdin. Runs on the host as root, through `sh -s`; its last
# line, `main MIRROR VERSION`, is added with the settings.

set -eu

die() { printf '%s\n' "$*" >&2; exit 1; }

install_release() {
  case $(uname -m) in aarch64) arch=arm64 ;; *) arch=amd64 ;; esac
  archive=consul_$2_linux_$arch.zip
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  cd "$folder"
  curl --silent --show-error --fail --location -O "$1/$2/$archive" -O "$1/$2/consul_$2_SHA256SUMS"
  grep " $archive\$" "consul_$2_SHA256SUMS" | sha256sum --check --quiet
  python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract("consul")' "$archive"
  install -m 0755 consul /usr/local/bin/consul
}

main() {
  mkdir -p /etc/consul-client
  (umask 077; cat >/etc/consul-client/agent.json)
  [ -x /usr/local/bin/consul ] || (install_release "$@") </dev/null
  cat >/etc/systemd/system/consul-client.service <<'END'
[Unit]
Description=Consul client agent
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
DynamicUser=yes
StateDirectory=consul-client
LoadCredential=agent.json:/etc/consul-client/agent.json
ExecStart=/usr/local/bin/consul agent -config-file=${CREDENTIALS_DIRECTORY}/agent.json
Restart=on-failure

[Install]
WantedBy=multi-user.target
END
  systemctl daemon-reload
  systemctl enable --quiet consul-client
  systemctl restart consul-client
  for _ in $(seq 60); do
    case $(curl --silent --max-time 2 http://127.0.0.1:8500/v1/status/leader || true) in *:*) return ;; esac
    sleep 0.5
  done
  die "the agent knows no leader after 30 s"
}

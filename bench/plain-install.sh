#!/bin/sh
# What a careful person would type on each host: the yardstick for `pulumi up`. It does the same
# installation, once, without looking back: no staging, no verification across servers, no second run.
#
#   plain-install.sh NAME ADDRESS KEY MIRROR VERSION OTHER OTHER
set -eu
name=$1 address=$2 key=$3 mirror=$4 version=$5
shift 5

useradd --system --user-group --no-create-home --shell /usr/sbin/nologin consul
mkdir -p /etc/consul.d/server /var/consul /etc/sysconfig "/usr/local/lib/consul/$version"
chown consul:consul /var/consul
chmod 0700 /var/consul

folder=$(mktemp -d)
cd "$folder"
curl -fsSLO "$mirror/$version/consul_${version}_SHA256SUMS"
curl -fsSLO "$mirror/$version/consul_${version}_linux_amd64.zip"
grep -F "consul_${version}_linux_amd64.zip" "consul_${version}_SHA256SUMS" | sha256sum --status -c -
unzip -q "consul_${version}_linux_amd64.zip" consul
install -m 0755 consul "/usr/local/lib/consul/$version/consul"
ln -sfn "/usr/local/lib/consul/$version/consul" /usr/local/bin/consul
cd /
rm -rf "$folder"

cat >/etc/consul.d/server/server.json <<END
{
  "node_name": "$name", "bind_addr": "$address", "advertise_addr": "$address",
  "datacenter": "dc1", "domain": "consul", "server": true, "bootstrap_expect": 3,
  "data_dir": "/var/consul", "encrypt": "$key", "enable_syslog": true, "disable_update_check": true,
  "autopilot": { "min_quorum": 3 }, "performance": { "raft_multiplier": 1 },
  "retry_join": ["$1", "$2"], "retry_interval": "1s",
  "ports": { "dns": 53, "http": 80 }, "addresses": { "dns": "0.0.0.0", "http": "0.0.0.0" }
}
END
chgrp -R consul /etc/consul.d
chmod 0640 /etc/consul.d/server/server.json
runuser -u consul -- /usr/local/bin/consul validate /etc/consul.d/server >/dev/null

cat >/etc/systemd/system/consul.service <<END
[Unit]
After=network-online.target
[Service]
Type=exec
User=consul
AmbientCapabilities=CAP_NET_BIND_SERVICE
ExecStart=/usr/local/bin/consul agent -config-dir=/etc/consul.d/server -rejoin
Restart=on-failure
[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload
systemctl --quiet enable --now consul.service

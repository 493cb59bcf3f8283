#!/bin/sh
# Takes everything of Consul off a host, whoever put it there.
set -eu
systemctl --quiet disable --now consul.service 2>/dev/null || true
systemctl reset-failed consul.service 2>/dev/null || true
rm -rf /etc/systemd/system/consul.service /etc/sysconfig/consul /etc/consul.d /var/consul \
  /usr/local/bin/consul /usr/local/lib/consul /usr/local/lib/consul-cluster /var/lib/consul-cluster /run/consul-cluster
systemctl daemon-reload
userdel consul 2>/dev/null || true

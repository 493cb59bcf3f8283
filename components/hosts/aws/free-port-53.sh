#!/bin/sh
# The first boot of a machine that we make: systemd-resolved goes on, and no longer listens on 127.0.0.53, for Consul answers on
# port 53 of all addresses here. Early, before sshd: whoever logs in finds the port free.
set -eu

RESOLVED=/etc/systemd/resolved.conf.d
# The servers that systemd-resolved was told of, with no stub before them.
UPSTREAM=/run/systemd/resolve/resolv.conf

mkdir -p "$RESOLVED"
printf '# Consul answers on port 53 here.\n[Resolve]\nDNSStubListener=no\n' >"$RESOLVED/50-consul.conf"
# Not where somebody else writes the file: only the link to the stub leads nowhere now.
case $(readlink /etc/resolv.conf || true) in *stub-resolv.conf) ln -sf "$UPSTREAM" /etc/resolv.conf ;; esac
systemctl try-restart systemd-resolved

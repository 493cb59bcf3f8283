#!/bin/sh
# Takes out of a new root file system what must differ from machine to machine:  customize.sh ROOT

set -eu

root=$1

# Whoever makes a machine gives it the host key that its users know beforehand.
rm -f "$root"/etc/ssh/ssh_host_*

# Empty, not missing: systemd then draws an id at the first boot and keeps it.
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id"

# The resolver of the machine that built this is none of a lab machine's business.
rm -f "$root/etc/resolv.conf" "$root/etc/hostname"
echo '# No resolver: whoever makes the machine may name one here.' >"$root/etc/resolv.conf"

# The tests' machines are set up by their own hands, but where a test asks for it.
[ ! -d "$root/etc/cloud" ] || : >"$root/etc/cloud/cloud-init.disabled"

# The stub of the system's resolver takes port 53: whoever wants one like a cloud's enables it.
[ ! -e "$root/usr/lib/systemd/systemd-resolved" ] || systemctl --quiet --root="$root" disable systemd-resolved

# A load balancer is one machine in many: whoever makes it one enables it.
rm -f "$root/etc/systemd/system/multi-user.target.wants/haproxy.service"

# shellcheck shell=sh
# shellcheck disable=SC2154  # the settings are read by machine.sh
# What is on a machine's disk: the image, and what makes it this machine. A part of machine.sh.

# Unpacked beside its place and moved there whole: a folder that stands is a complete one.
unpack_image() {
  [ ! -d "$root" ] || return 0
  [ -r "$image" ] || die "the image $image is not there or not readable"
  say "unpacking $image"
  rm -rf "$root.partial"
  mkdir -p "$root.partial"
  tar -x --numeric-owner -p -C "$root.partial" -f "$image" || die "$image does not unpack"
  for program in sshd:/usr/sbin/sshd sudo:/usr/bin/sudo systemd:/usr/lib/systemd/systemd; do
    [ -x "$root.partial${program#*:}" ] || die "$image holds no ${program%%:*}"
  done
  # What identifies a machine is never taken from an image, or all of them would be the same machine.
  rm -f "$root.partial"/etc/ssh/ssh_host_* "$root.partial/etc/machine-id"
  mv "$root.partial" "$root"
}

# Runs inside of the machine's own root, where no link of its making leads out.
configure() {
  chroot "$root" sh -eu -s -- "$name" "$address" "${gateway#*/}" "${gateway%/*}" "$user" "$publicKey" \
    "$(tr -d '-' </proc/sys/kernel/random/uuid)" <<'END'
name=$1 address=$2 prefix=$3 gateway=$4 user=$5 publicKey=$6 id=$7
umask 022
echo "$name" >/etc/hostname
printf '127.0.0.1 localhost\n%s %s\n' "$address" "$name" >/etc/hosts
# The image's own resolver is out of reach; this computer may run one on the bridge.
rm -f /etc/resolv.conf
echo "nameserver $gateway" >/etc/resolv.conf
mkdir -p /etc/systemd/network
printf '[Match]\nName=host0\n\n[Network]\nAddress=%s/%s\nLinkLocalAddressing=no\n' "$address" "$prefix" \
  >/etc/systemd/network/10-host0.network
grep -qs '^[0-9a-f]\{32\}$' /etc/machine-id || echo "$id" >/etc/machine-id
# The host key is made before the machine has ever answered: clients know it beforehand.
[ -s /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N '' -C "$name" -f /etc/ssh/ssh_host_ed25519_key
id "$user" >/dev/null 2>&1 || useradd -m -U -s /bin/bash "$user"
home=$(getent passwd "$user" | cut -d: -f6)
install -d -m 0700 -o "$user" -g "$user" "$home/.ssh"
printf '%s\n' "$publicKey" >"$home/.ssh/authorized_keys"
printf '%s ALL=(ALL) NOPASSWD: ALL\n' "$user" >"/etc/sudoers.d/90-$user"
chmod 0440 "/etc/sudoers.d/90-$user"
systemctl --quiet enable systemd-networkd.service ssh.service 2>/dev/null
END
}

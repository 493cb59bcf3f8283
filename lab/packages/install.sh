#!/bin/sh
# Installs packages and starts nothing:  install.sh PACKAGE...   (as root)
#
# A package may bring a daemon. The tests need the sshd program, and no machine shall begin to listen
# on port 22 because somebody ran them.

set -eu

export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d

has_package() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# dpkg's scripts ask this program before they start a service; 101 means no.
forbid_starts() {
  if [ -e "$policy" ]; then return; fi
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' INT TERM HUP
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

ssh_is_ours=no
has_package openssh-server || ssh_is_ours=yes

forbid_starts

# A foreign source that does not answer is no reason to stop: the installation tells what is missing.
apt-get -q update || echo "apt-get update failed; going on with the lists that are there"
apt-get -q install -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$@"

# Who had no SSH server shall not find one after the next boot. This works without systemd as well.
if [ "$ssh_is_ours" = yes ] && has_package openssh-server && command -v systemctl >/dev/null; then
  systemctl disable ssh.service
  systemctl disable ssh.socket || echo "no socket unit of ssh here"
fi

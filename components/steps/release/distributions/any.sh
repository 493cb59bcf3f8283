# shellcheck shell=sh
# shellcheck disable=SC2154  # the settings are read by install-release.sh
# What differs between distributions, and how it is where a distribution has nothing to say.
#
# A file beside this one is a distribution's, and that of those which say that they are like it. It is called as its ID in
# /etc/os-release, and so begin its functions: debian_package is what `distribution package` calls on Ubuntu.

OS_RELEASE=/etc/os-release

# distribution WHAT [WORD...]: as this host's distribution has it, or the nearest of those that it is like.
distribution() {
  local what="$1" id=''
  shift
  for id in $(distribution_ids) any; do
    ! command -v "${id}_$what" >/dev/null 2>&1 || { "${id}_$what" "$@"; return; }
  done
}

# Its own ID, then those that it is like, the nearest first. The name of a function has no other signs.
distribution_ids() {
  { sed -n 's/^ID=//p' "$OS_RELEASE"; sed -n 's/^ID_LIKE=//p' "$OS_RELEASE"; } 2>/dev/null |
    tr -d "\"'" | tr -c 'a-z0-9 \n' _
}

# ---------------------------------------------------------------- packages

# What installs some, for people; nothing where nobody knows.
any_installer() { :; }

# The package of the program $1.
any_package() {
  case $1 in
    base64 | install | mktemp | paste | readlink | sha256sum | timeout) echo coreutils ;;
    flock | runuser | blkid | findmnt | mount) echo util-linux ;;
    find | xargs) echo findutils ;;
    mkfs.ext4) echo e2fsprogs ;;
    systemctl) echo systemd ;;
    awk) echo gawk ;;
    *) echo "$1" ;;
  esac
}

# ---------------------------------------------------------------- firewall

# Which of the ports to come it does not open, in words; nothing where there is none, or it opens them all.
any_firewall() {
  local closed='' port=''
  systemctl is-active --quiet firewalld 2>/dev/null || return 0
  for port in $(echo "$tcp" | tr ',' ' '); do port=${port%%@*}; firewall-cmd -q --query-port="$port/tcp" || closed="$closed $port/tcp"; done
  for port in $(echo "$udp" | tr ',' ' '); do port=${port%%@*}; firewall-cmd -q --query-port="$port/udp" || closed="$closed $port/udp"; done
  [ -z "$closed" ] || echo "firewalld runs here, and its default zone does not list$closed"
}

# ---------------------------------------------------------------- SELinux

# Below a folder called lib SELinux takes a program for a library, which systemd may not start as a service.
any_label_programs() {
  ! selinuxenabled 2>/dev/null || chcon -t bin_t "$RELEASES"/*/consul ||
    say "the SELinux contexts of $RELEASES/*/consul were not set: see that systemd may start them"
}

# ---------------------------------------------------------------- resolver

# What to do where $1 holds the port of DNS, in words; nothing where it is no resolver of the system's.
any_resolver() {
  case $1 in
    # It listens on 127.0.0.53, and no other can listen on all addresses then.
    *systemd-resolve*) echo "; put DNSStubListener=no into resolved.conf there, or give another port in ports.dns, or an address of the host's own in addresses.dns" ;;
  esac
}

#!/bin/sh
# Makes a root file system for the lab's machines:  build.sh TARGET.tar RELEASE   (as root)
#
# bookworm is what the machines of the lab run. trixie is another system, for tests: shaped like the image of a
# cloud, with cloud-init and systemd-resolved, which start where a test has them start, and without unzip. Its haproxy is for the
# example of a larger stack.

set -eu

target=$1
release=$2
here=$(cd "$(dirname "$0")" && pwd)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

include=systemd,systemd-sysv,dbus,libpam-systemd
include=$include,openssh-server,sudo
include=$include,iproute2,nftables,procps
include=$include,ca-certificates,curl
case $release in
  bookworm) include=$include,unzip ;;
  # Its apt verifies by another program than gpgv.
  trixie) include=$include,e2fsprogs,cloud-init,systemd-resolved,haproxy,gpgv ;;
esac

mkdir -p "$(dirname "$target")"
exec 9>"$target.lock"
flock 9
# Another run may have made it while this one waited.
if [ -e "$target" ]; then exit 0; fi

draft=$target.draft
trap 'rm -f "$draft"' EXIT
trap 'exit 1' INT TERM HUP

# The file system is unpacked for every machine and read by nobody: manuals only make that slower.
mmdebstrap --mode=root --variant=minbase --format=tar --keyring="$keyring" --include="$include" \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook="sh '$here/customize.sh' \"\$1\"" \
  "$release" "$draft" 9>&-

mv "$draft" "$target"

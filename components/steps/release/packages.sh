# shellcheck shell=sh
# The programs that the scripts ask for, and the packages that have them.

# Those that are missing.
missing_programs() {
  local program=''
  for program in awk curl find flock install ip mktemp paste readlink runuser sed sha256sum ss systemctl timeout useradd xargs; do
    command -v "$program" >/dev/null 2>&1 || echo "$program"
  done
  [ -z "${dataVolume:-}" ] || for program in blkid findmnt mkfs.ext4; do
    command -v "$program" >/dev/null 2>&1 || echo "$program"
  done
  extractor >/dev/null || echo unzip
  asks_for_signature || return 0
  command -v base64 >/dev/null 2>&1 || echo base64
  verifier >/dev/null || echo gpgv
}

# Where a checksum is given, or the release is here, no signature is looked at.
asks_for_signature() { [ -z "${sha256:-}" ] && ! has_release; }

# What takes a file out of an archive here.
extractor() {
  local program=''
  for program in unzip bsdtar python3 busybox; do
    command -v "$program" && return 0
  done
  return 1
}

# The packages of these programs, by the names of Debian's family or of Red Hat's.
how_to_install() {
  local installer='' iproute='' shadow='' gpgv='' program=''
  if command -v apt-get >/dev/null 2>&1; then
    installer="apt-get install" iproute=iproute2 shadow=passwd gpgv=gpgv
  elif command -v dnf >/dev/null 2>&1; then
    installer="dnf install" iproute=iproute shadow=shadow-utils gpgv=gnupg2
  else
    echo "install them with the system's package manager"
    return
  fi
  for program in "$@"; do
    case $program in
      base64 | install | mktemp | paste | readlink | sha256sum | timeout) echo coreutils ;;
      flock | runuser | blkid | findmnt) echo util-linux ;;
      find | xargs) echo findutils ;;
      mkfs.ext4) echo e2fsprogs ;;
      systemctl) echo systemd ;;
      ss | ip) echo "$iproute" ;;
      useradd) echo "$shadow" ;;
      gpgv) echo "$gpgv" ;;
      awk) echo gawk ;;
      *) echo "$program" ;;
    esac
  done | sort -u | paste -sd ' ' - | sed "s/^/install them: $installer /"
}

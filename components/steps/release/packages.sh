# shellcheck shell=sh
# The programs that the scripts ask for, and the packages that have them.

# Those that are missing.
missing_programs() {
  local program=''
  for program in awk curl find flock getent grep install ip mktemp paste readlink runuser sed sha256sum ss systemctl timeout useradd xargs; do
    command -v "$program" >/dev/null 2>&1 || echo "$program"
  done
  [ -z "${dataVolume:-}" ] || for program in blkid findmnt mkfs.ext4 mount; do
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

# The packages of these programs, as the host's distribution calls them.
how_to_install() {
  local installer='' program=''
  installer=$(distribution installer)
  if [ -z "$installer" ]; then
    echo "install them with the system's package manager"
    return
  fi
  for program in "$@"; do
    distribution package "$program"
  done | sort -u | paste -sd ' ' - | sed "s/^/install them: $installer /"
}

# shellcheck shell=sh
# globals: incoming
# shellcheck disable=SC2154  # arch is known after the preflight
# Makes a host ready for a release of Consul: checks the host, makes user and folders, downloads,
# verifies and unpacks the release beside whatever runs. Nothing that runs is touched.
#
# It arrives on stdin together with the library (see steps/scripts.ts), so the last line starts it.

install_release() {
  local zip="consul_${version}_linux_${arch}.zip"
  if has_release; then
    say "release $version is there already"
    return 0
  fi
  # On the same file system as its place, so that the last step is a rename.
  incoming=$RELEASES/.incoming
  rm -rf "$incoming"
  mkdir -p "$incoming"
  trap 'rm -rf "$incoming"' EXIT
  trap 'exit 1' HUP INT TERM
  take_system_proxy
  download "$zip"
  unpack "$zip"
  rm -rf "${RELEASES:?}/$version"
  mv "$incoming" "$RELEASES/$version"
  say "release $version downloaded, verified and unpacked"
}

# What is there already was verified when it came.
has_release() { [ "$(reported "$RELEASES/$version")" = "$version" ]; }

# The archive comes last: 50 MB that nobody takes are not fetched.
download() {
  local promised='' found='' by=sha256 sums="consul_${version}_SHA256SUMS"
  if [ -n "$sha256" ]; then
    promised=$(given_checksum)
  else
    by=$sums
    fetch "$sums"
    fetch "$sums.sig" "a release is taken with its signature: put that file there, as the vendor has it, or give the zip's checksum as sha256"
    refuse_unsigned "$sums"
    promised=$(awk -v file="$1" '$2 == file || $2 == "*" file { print $1 }' "$incoming/$sums")
    [ -n "$promised" ] || die "$sums names no $1; nothing was changed"
  fi
  fetch "$1"
  found=$(sha256sum "$incoming/$1" | cut -d' ' -f1)
  [ "$promised" = "$found" ] ||
    die "checksum of $1 does not fit: $by says $promised, the file has $found; nothing was changed"
}

# fetch FILE [REMEDY]: the remedy is for a file that is not there.
fetch() {
  local status=0
  curl -fsSL --retry 3 --connect-timeout 10 --max-time 900 -o "$incoming/$1" "$mirror/$version/$1" || status=$?
  case $status in
    0) return 0 ;;
    # A status of 400 or more; of file:// a file that cannot be read.
    22 | 37) die "cannot fetch $mirror/$version/$1 (curl's exit code $status)${2:+; $2}; nothing was changed" ;;
    23) die "cannot fetch $mirror/$version/$1: $(full_disk) (curl's exit code 23); nothing was changed" ;;
    *) die "cannot fetch $mirror/$version/$1 (curl's exit code $status); nothing was changed" ;;
  esac
}

# Of the zip for this host, as the settings have it.
given_checksum() { printf '%s\n' "$sha256" | tr , '\n' | sed -n "s/^$arch://p"; }

full_disk() { echo "the disk is full or not writable: $incoming has $(free_mib "$incoming") MiB free"; }

# Only the binary is taken; the archive may hold a licence and more. That an extractor ends well is no proof: on a full disk
# Debian's unzip does, and a binary without its last pages still says its version. So what it has written is held against
# the archive's own list.
unpack() {
  local program='' errors='' size='' listed='' found=''
  program=$(extractor)
  program=${program##*/}
  # In memory: on a full disk no file has them.
  errors=$({ extract "$program" "$incoming/$1" >"$incoming/consul"; } 2>&1) || {
    [ "$(free_mib "$incoming")" -gt 0 ] || die "$1 does not unpack: $(full_disk); nothing was changed"
    die "$1 is corrupt ($(printf '%s\n' "$errors" | head -n 1)); nothing was changed"
  }
  listed=$(listed_size "$program" "$incoming/$1")
  size=$(wc -c <"$incoming/consul")
  [ "$((size))" = "$listed" ] ||
    die "$1 holds a binary of ${listed:-no} bytes, and $program has written $((size)): $(full_disk); nothing was changed"
  rm -rf "$incoming"/*.zip "$incoming"/*SHA256SUMS* "$incoming/errors" "$incoming/gnupg"
  chmod 0755 "$incoming" "$incoming/consul"
  found=$(reported "$incoming")
  [ "$found" = "$version" ] || die "the binary in $1 calls itself ${found:-nothing}, not $version; nothing was changed"
  flush "$incoming/consul"
}

# extract PROGRAM ARCHIVE
extract() {
  case $1 in
    unzip) unzip -p "$2" consul ;;
    bsdtar) bsdtar -xOf "$2" consul ;;
    python3) python3 -c 'import shutil, sys, zipfile; shutil.copyfileobj(zipfile.ZipFile(sys.argv[1]).open("consul"), sys.stdout.buffer)' "$2" ;;
    busybox) busybox unzip -p "$2" consul ;;
  esac
}

# Bytes of the binary, as the archive's list has them.
listed_size() {
  case $1 in
    unzip) unzip -l "$2" consul | awk 'NF == 4 && $4 == "consul" { print $1 }' ;;
    bsdtar) bsdtar -tvf "$2" consul | awk '$NF == "consul" { print $5 }' ;;
    python3) python3 -c 'import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).getinfo("consul").file_size)' "$2" ;;
    busybox) busybox unzip -l "$2" consul | awk 'NF == 4 && $4 == "consul" { print $1 }' ;;
  esac
}

label_releases() {
  restore_contexts "$RELEASES"
  distribution label_programs
}

# What the binary in the folder $1 says that it is, run as the user that is to run it. That it is whole was seen when it
# came, before its folder got this name.
reported() {
  timeout 30 runuser -u consul -- "$1/consul" version 2>/dev/null </dev/null | awk 'NR == 1 { sub(/^v/, "", $2); print $2 }'
}

install_release_main() {
  set -eu
  umask 022
  version='' mirror='' address='' dataDir='' configDir='' tcp='' udp='' wipeData=''
  dataVolume='' cluster='' role=server signingKey='' sha256=''
  take "name version mirror signingKey sha256 address dataDir configDir tcp udp wipeData dataVolume cluster role" "$@"
  lock "release $version"
  ! is_of_older_release || require_facts
  check_owner
  check_programs
  [ -z "$dataVolume" ] || { refuse_unfit_host; mount_data_volume; }
  preflight
  mark_host
  make_user
  make_folders
  mark_data_volume
  install_library
  install_release
  label_releases
}

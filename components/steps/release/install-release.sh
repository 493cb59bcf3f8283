# shellcheck shell=sh
# globals: incoming
# shellcheck disable=SC2154  # arch is known after the preflight
# Makes a host ready for a release of Consul: checks the host, makes user and folders, downloads,
# verifies and unpacks the release beside whatever runs. Nothing that runs is touched.
#
# It arrives on stdin together with the library (see steps/scripts.ts), so the last line starts it.

install_release() {
  local target="$RELEASES/$version"
  if [ "$(reported "$target")" = "$version" ]; then
    say "release $version is there already"
    return 0
  fi
  # On the same file system as its place, so that the last step is a rename.
  incoming=$RELEASES/.incoming
  rm -rf "$incoming"
  mkdir -p "$incoming"
  trap 'rm -rf "$incoming"' EXIT
  trap 'exit 1' HUP INT TERM
  download "consul_${version}_linux_${arch}.zip" "consul_${version}_SHA256SUMS"
  unpack "consul_${version}_linux_${arch}.zip"
  rm -rf "$target"
  mv "$incoming" "$target"
  say "release $version downloaded, verified and unpacked"
}

# download ZIP SUMS
download() {
  local file='' promised='' found=''
  for file in "$2" "$1"; do
    curl -fsSL --retry 3 --connect-timeout 10 --max-time 900 -o "$incoming/$file" "$mirror/$version/$file" ||
      die "cannot fetch $mirror/$version/$file (curl's exit code $?); nothing was changed"
  done
  promised=$(awk -v file="$1" '$2 == file || $2 == "*" file { print $1 }' "$incoming/$2")
  [ -n "$promised" ] || die "$2 names no $1; nothing was changed"
  found=$(sha256sum "$incoming/$1" | cut -d' ' -f1)
  [ "$promised" = "$found" ] ||
    die "checksum of $1 does not fit: $2 says $promised, the file has $found; nothing was changed"
}

# Only the binary is taken; the archive may hold a licence and more.
unpack() {
  local program='' found=''
  program=$(extractor)
  case ${program##*/} in
    unzip) unzip -p "$incoming/$1" consul ;;
    bsdtar) bsdtar -xOf "$incoming/$1" consul ;;
    python3) python3 -c 'import shutil, sys, zipfile; shutil.copyfileobj(zipfile.ZipFile(sys.argv[1]).open("consul"), sys.stdout.buffer)' "$incoming/$1" ;;
    busybox) busybox unzip -p "$incoming/$1" consul ;;
  esac >"$incoming/consul" 2>"$incoming/errors" ||
    die "$1 is corrupt ($(head -n 1 "$incoming/errors")); nothing was changed"
  rm -f "$incoming"/*.zip "$incoming"/*SHA256SUMS "$incoming/errors"
  chmod 0755 "$incoming" "$incoming/consul"
  found=$(reported "$incoming")
  [ "$found" = "$version" ] || die "the binary in $1 calls itself ${found:-nothing}, not $version; nothing was changed"
}

# Below a folder called lib SELinux takes a program for a library, which systemd may not start as a service.
label_releases() {
  restore_contexts "$RELEASES"
  ! selinuxenabled 2>/dev/null || chcon -t bin_t "$RELEASES"/*/consul ||
    say "the SELinux contexts of $RELEASES/*/consul were not set: see that systemd may start them"
}

# What the binary in the folder $1 says that it is; one that a power cut left half written says nothing.
reported() { "$1/consul" version 2>/dev/null | awk 'NR == 1 { sub(/^v/, "", $2); print $2 }'; }

install_release_main() {
  set -eu
  umask 022
  version='' mirror='' address='' dataDir='' configDir='' tcp='' udp='' wipeData=''
  dataVolume='' cluster='' role=server
  take "name version mirror address dataDir configDir tcp udp wipeData dataVolume cluster role" "$@"
  lock "release $version"
  ! is_of_older_release || note_facts_of_older_set
  check_owner
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

# shellcheck shell=sh
# Files on a host: sent in one stdin, compared by digest, put in their place in one step.

# Files sent in one stdin, each behind a line `==> NAME <==`, into the folder $1. The folder is filled beside its
# place and swapped in whole, so that a cut leaves either the old files or the new ones.
unpack_files() {
  rm -rf "$1.new"
  mkdir -p "$1.new"
  awk -v folder="$1.new" '
    /^==> [A-Za-z0-9._-]+ <==$/ { if (file) close(file); file = folder "/" $2; printf "" > file; next }
    file { print > file }
  '
  [ -n "$(ls -A "$1.new")" ] || die "nothing arrived on stdin; nothing was changed"
  flush "$1.new"/*
  rm -rf "$1"
  mv "$1.new" "$1"
}

# First 12 hex digits of the SHA-256 over the files' bytes in this order; `render/files.ts` does the same.
digest() {
  local sum=''
  sum=$(cat -- "$@" | sha256sum)
  printf '%.12s\n' "$sum"
}

# Onto the disk: a rename survives a power cut, and what was renamed need not. Before each one that counts.
flush() { sync -- "$@" 2>/dev/null || sync; }

# replace NEW FILE: in one step, and whole after a power cut.
replace() {
  flush "$1"
  mv "$1" "$2"
}

# Have two files the same bytes? One that is not there has not.
same_file() { [ -e "$1" ] && [ -e "$2" ] && [ "$(digest "$1")" = "$(digest "$2")" ]; }

# The same of small files: read by the shell itself, as `look_up` does. A long one is left to digests.
same_text() {
  local one='' other='' ended='' lines=0
  [ -f "$1" ] && [ -f "$2" ] && [ -r "$1" ] && [ -r "$2" ] || return 1
  while [ "$lines" -lt 300 ]; do
    lines=$((lines + 1)) ended=''
    IFS= read -r one <&3 || ended=first
    IFS= read -r other <&4 || ended=$ended,second
    [ "$one" = "$other" ] || return 1
    case $ended in first,second) return 0 ;; ?*) return 1 ;; esac
  done 3<"$1" 4<"$2"
  same_file "$1" "$2"
}

# MiB that are free below the folder $1, or where it will be.
free_mib() {
  local folder="$1"
  while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
  df -Pm "$folder" | awk 'NR == 2 { print $4 }'
}

# install_file FROM TO MODE: says "changed" where TO was another.
install_file() {
  ! same_file "$1" "$2" || return 0
  [ -d "${2%/*}" ] || install -d -m 0755 "${2%/*}"
  install -m "$3" -o root -g root "$1" "$2.new"
  replace "$2.new" "$2"
  restore_contexts "$2"
  echo changed
}

# point LINK TARGET: the link at its target, in one step.
point() {
  ln -sfn "$2" "$1.new"
  mv -T "$1.new" "$1"
}

# Where SELinux watches, systemd starts nothing that has another place's label.
restore_contexts() {
  ! command -v restorecon >/dev/null 2>&1 || restorecon -R "$@" || say "the SELinux contexts of $* were not restored"
}

# Text from stdin, should it ever quote a secret of the staged set, without it. What of such a file is no letter, digit
# or sign of base64 parts the values.
without_secrets() {
  local file=''
  {
    for file in "$STAGED"/secrets/gossip-key "$STAGED"/secrets/30-*.json "$STAGED"/secrets/*.token "$STAGED"/secrets/tls-key.pem \
      "$APPLIED_SECRETS"/gossip-key "$APPLIED_SECRETS"/30-*.json "$APPLIED_SECRETS"/*.token "$APPLIED_SECRETS"/tls-key.pem; do
      [ ! -r "$file" ] || tr -c 'A-Za-z0-9+/=_-' '\n' <"$file" | awk 'length($0) >= 16'
    done
    echo
    cat
  } | awk '
    !text { if ($0 == "") text = 1; else secret[$0]; next }
    { for (s in secret) while (i = index($0, s)) $0 = substr($0, 1, i - 1) "[secret]" substr($0, i + length(s)); print }'
}

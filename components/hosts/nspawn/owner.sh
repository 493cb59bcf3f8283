# shellcheck shell=sh
# shellcheck disable=SC2154  # the settings are read by machine.sh
# Whose a machine is. A part of machine.sh. The owner's id lies beside the machine's root, for this computer's root
# alone, from before there is anything to own; its name for people lies with the keys (login-key.sh). Whoever gives no
# owner is a person, or the lab.

note_owner() {
  [ -n "$owner" ] || return 0
  (umask 077 && printf '%s\n' "$owner" >"$machine/owner.new")
  mv "$machine/owner.new" "$machine/owner"
}

is_anothers() {
  mark=$(cat "$machine/owner" 2>/dev/null || true)
  if [ -n "$mark" ]; then
    [ "$mark" != "$owner" ]
  else
    # Of an older release of this library, or a person's: it is known by the key that it lets in.
    [ -n "$owner" ] && [ -d "$root" ] && [ -e "$machine/boot" ] && ! lets_in_own_key
  fi
}

# Read past links: what a machine has laid down leads nowhere else.
lets_in_own_key() {
  own=$(printf '%s\n' "$publicKey" | cut -d' ' -f1,2)
  [ -n "$own" ] || return 1
  find "$root/root" "$root/home" -maxdepth 3 -type f -path '*/.ssh/authorized_keys' -exec cat {} + 2>/dev/null |
    cut -d' ' -f1,2 | grep -qxF -- "$own"
}

# For people, in the name of the mark that `is_anothers` has read.
whose() {
  if [ -z "$mark" ]; then
    echo "nobody's by its mark, and does not let this stack's key in"
    return
  fi
  for file in "$directory"/keys/*/owner; do
    grep -qsxF "id=$mark" "$file" || continue
    echo "$(sed -n 's/^name=//p' "$file")'s"
    return
  done
  echo "another component's, which this stack's state does not know (owner $mark)"
}

refuse_anothers() {
  is_anothers || return 0
  die "this machine is $(whose): destroy it from there, or give yours another name, or another nspawn.directory than $directory; where no state knows it any more, take it away by hand (docs/operations.md, \"Whose machine is it\"); nothing was changed"
}

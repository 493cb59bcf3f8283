# shellcheck shell=sh
# shellcheck disable=SC2154  # api, name and configDir are the script's that sources this file
# What an agent ran before, and the way back to it. Sourced after lib.sh, by scripts that have a
# gate_after_restart of their own.

PREVIOUS=$STATE/previous

# Notes what is active, before anything of it changes. A run that was cut off in the middle of a switch has
# noted it already, and what is active now is half of the new: the note is kept until a switch is whole.
remember_previous() {
  [ ! -e "$PREVIOUS/complete" ] || return 0
  rm -rf "$PREVIOUS"
  [ -L "$configDir" ] && [ -e "$STATE/active" ] || return 0
  mkdir -p "$PREVIOUS"
  cp -p "$STATE/active" "$UNIT" "$ENVIRONMENT" "$PREVIOUS/"
  readlink "$configDir" >"$PREVIOUS/set"
  readlink /usr/local/bin/consul >"$PREVIOUS/binary"
  touch "$PREVIOUS/complete"
}

forget_previous() {
  rm -rf "$PREVIOUS"
  for old in "$configDir.sets"/*; do
    [ "$old" = "$(readlink "$configDir")" ] || rm -rf "$old"
  done
}

# The agent did not come back healthy: it gets what it ran before, and the run fails with the cause. The
# others were never touched; the next run tries again from here.
go_back() {
  cause="$reason
$(journalctl -u consul.service -n 12 --no-pager -o cat 2>/dev/null | without_secrets "$STAGED/secrets")"
  [ -e "$PREVIOUS/complete" ] || die "$cause"
  restore_previous
  # Not before the old process is gone: it would answer for the new one.
  timeout 60 systemctl restart consul.service || true
  if gate_after_restart "$(part release "$STATE/active")" ''; then
    say "back on its previous release and settings, healthy"
  else
    say "back on its previous release and settings, but not healthy: $reason"
  fi
  forget_previous
  die "not healthy with the new release or settings, so it has its previous ones again: $cause"
}

restore_previous() {
  ln -sfn "$(cat "$PREVIOUS/set")" "$configDir.new"
  mv -T "$configDir.new" "$configDir"
  ln -sfn "$(cat "$PREVIOUS/binary")" /usr/local/bin/consul.new
  mv -T /usr/local/bin/consul.new /usr/local/bin/consul
  cp -p "$PREVIOUS/${UNIT##*/}" "$UNIT"
  cp -p "$PREVIOUS/${ENVIRONMENT##*/}" "$ENVIRONMENT"
  cp -p "$PREVIOUS/active" "$STATE/active"
  systemctl daemon-reload
  systemctl reset-failed consul.service 2>/dev/null || true
}

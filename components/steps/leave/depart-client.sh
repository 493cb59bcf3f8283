# shellcheck shell=sh
# shellcheck disable=SC2154  # name and others are those of depart.sh, behind which this stands
# How a client agent leaves, in the place of a server's way: no gates, and nobody has to be there to let it go.

leave() {
  unpack_access
  leave_itself no
  case $outcome in
    gone) force_removed || true ;;
    another) ;;
    *)
      say "$outcome_words; what is on it stays there"
      force_removed || say "no other client could be asked to forget it: the servers drop it after three days, or at once with \`consul force-leave -prune $name\`"
      ;;
  esac
}

# The first of the other clients that answers and is in the pool makes all forget this one.
force_removed() {
  local peer=''
  for peer in $(echo "$neighbours" | tr ',' ' '); do
    ! on_host "$peer" force-remove-client.sh "name=$peer" "client=$name" || return 0
  done
  return 1
}

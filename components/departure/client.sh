# shellcheck shell=sh
# shellcheck disable=SC2154  # name and others are those of depart.sh, behind which this stands
# How a client agent leaves, in the place of a server's way: no gates, and nobody has to be there to let it go.

leave() {
  unpack_access
  if leave_itself no; then
    forgotten || true
    return 0
  fi
  say "does not answer SSH at $address; what is on it stays there"
  forgotten || say "no other client could be asked to forget it: the servers drop it after three days, or at once with \`consul force-leave -prune $name\`"
}

# The first of the other clients that answers and is in the pool makes all forget this one.
forgotten() {
  for neighbour in $(echo "$neighbours" | tr ',' ' '); do
    ! on_host "$neighbour" forget-client.sh "name=$neighbour" "api=$api" "client=$name" || return 0
  done
  return 1
}

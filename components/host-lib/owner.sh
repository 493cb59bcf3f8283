# shellcheck shell=sh
# globals: OWNER_ID OWNER_NAME
# shellcheck disable=SC2154  # OWNER_ID and OWNER_NAME come with the release
# Whose host this is. The mark names the component that made what is here: a random number that the component keeps in
# its state, whatever it or its stack is called later, and for people its project, stack and name. What another owns is
# left alone, and so is what nobody of ours has made.

owner_id() { fact "$OWNER" id; }

owner_name() { fact "$OWNER" name; }

# $1: id, $2: name
note_owner() {
  printf 'id=%s\nname=%s\n' "$1" "$2" >"$OWNER.new"
  mv "$OWNER.new" "$OWNER"
}

# Every step looks: the staged secrets have come from the owner of the host.
require_owner() {
  [ -n "$(owner_id)" ] || die "this host has no owner's mark: its release was not staged, or was taken off; raise the server's generation; nothing was changed"
  [ "$(cat "$STAGED/secrets/owner" 2>/dev/null)" = "$(owner_id)" ] ||
    die "this host is $(owner_name)'s, and not that of this run; nothing was changed"
}

# A departure looks, too: $owner is the component that lets its host go. One of 0.1.0 names none, and knows nothing of a
# host that has been staged since: what it takes away may be what the same run has just set up.
is_let_go_by_its_owner() { [ -z "$(owner_id)" ] || [ "$(owner_id)" = "$owner" ]; }

refuse_an_older_departure() {
  [ -z "$(owner_id)" ] || [ -n "$owner" ] ||
    die "this host was staged by a newer release of this library than what takes it away: run once with nothing taken away, then again; nothing was changed"
}

# The data folder whose data this host has as its owner's.
noted_data_folder() { [ ! -r "$DATA_NOTE" ] || cat "$DATA_NOTE"; }

# The owner's mark on a volume, in the folder $1: a volume outlives the machine, and what a machine remembers goes with it.
data_mark() { [ ! -r "$1/$DATA_MARK" ] || cat "$1/$DATA_MARK"; }

# Noted before it is made, so that a run that is cut off has it. $1: user, group, ...
note_made() { grep -qxF "$1" "$MADE" 2>/dev/null || echo "$1" >>"$MADE"; }

was_made() { grep -qxF "$1" "$MADE" 2>/dev/null; }

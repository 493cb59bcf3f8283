# shellcheck shell=sh
# globals: OWNER_ID OWNER_NAME
# shellcheck disable=SC2154  # OWNER_ID and OWNER_NAME come with the release; owner, desired and APPLIED are the script's and desired.sh's
# Whose host this is. The mark names the component that made what is here: a random number that the component keeps in
# its state, whatever it or its stack is called later, and for people its project, stack and name. What another owns is
# left alone, and so is what nobody of ours has made.

WIPE_NOTE=.consul-cluster-wiped # beside the data: its owner, and the last mark of wipeData that was followed there

owner_id() { fact "$OWNER" id; }

owner_name() { fact "$OWNER" name; }

# $1: id, $2: name
note_owner() {
  printf 'id=%s\nname=%s\n' "$1" "$2" >"$OWNER.new"
  replace "$OWNER.new" "$OWNER"
}

# Every step looks before it lays anything down. A component whose host another has taken over may still list it, and would
# switch what is the other's. $owner: whose run it is, by its id; by its name, where the step's command line is to be read
# in a first preview, which knows no id.
require_owner() {
  require_own_host
  [ "$(cat "$STAGED/secrets/owner" 2>/dev/null)" = "$(owner_id)" ] ||
    die "the secrets that are staged here are not those of this host's owner, $(owner_name): lay them down again: pulumi up --replace '**-$name-secrets'; nothing was changed"
}

# The same without a look at the staged secrets.
require_own_host() {
  [ -n "$(owner_id)" ] || die "this host has no owner's mark: its release was not staged, or was taken off; raise the server's generation; nothing was changed"
  [ "$owner" = "$(owner_id)" ] || [ "$owner" = "$(owner_name)" ] ||
    die "this host is $(owner_name)'s, and not that of this run: take it out of this component's hosts; nothing was changed"
}

# A departure looks, too: $owner is the component that lets its host go. One of 0.1.0 names none, and knows nothing of a
# host that has been staged since: what it takes away may be what the same run has just set up.
is_let_go_by_its_owner() { [ -z "$(owner_id)" ] || [ "$(owner_id)" = "$owner" ]; }

# Is this host another component's than the one that lets it go? Says so.
yields_to_another_owner() {
  ! is_let_go_by_its_owner || return 1
  say "is $(owner_name)'s by now, so nothing here is touched"
}

refuse_an_older_departure() {
  [ -z "$(owner_id)" ] || [ -n "$owner" ] ||
    die "this host was staged by a newer release of this library than what takes it away: run once with nothing taken away, then again; nothing was changed"
}

# The data folder whose data this host has as its owner's.
noted_data_folder() { [ ! -r "$DATA_NOTE" ] || cat "$DATA_NOTE"; }

# Is what lies in the folder $1, that of the settings, this cluster's? Noted, or on a volume with its owner's mark. A note that is
# lost or damaged takes that away from no host on which a set was applied: nothing could be under it but what that set wrote.
is_own_data_folder() {
  local mark=''
  [ "$(noted_data_folder)" != "$1" ] || return 0
  mark=$(data_mark "$1")
  if [ -n "$mark" ]; then [ "$mark" = "$(owner_id)" ]; return; fi
  [ -n "$(owner_id)" ] && [ "$(applied_or_staged data_dir)" = "$1" ] && was_applied
}

# The owner's mark on a volume, in the folder $1: a volume outlives the machine, and what a machine remembers goes with it.
data_mark() { read_beside_data "$1/$DATA_MARK"; }

# Is the data in the folder $2 about to be given up, by the mark $1 of the settings? Not where that was done, which the
# applied text tells; and where the host was installed anew, or its machine is another, the data itself.
will_be_wiped() {
  [ -n "$1" ] && [ "$1" != "$(desired_part wipe-data "$APPLIED")" ] &&
    [ "$(read_beside_data "$2/$WIPE_NOTE")" != "${OWNER_ID:-$(owner_id)} $1" ]
}

# Who can write beside the data may have put anything there.
read_beside_data() { [ -L "$1" ] || [ ! -f "$1" ] || head -c 200 "$1"; }

# Stdin as the file $1 beside the data. The folder is the user consul's: nothing is opened in it, and a rename follows no
# link.
write_beside_data() {
  cat >"$STATE/beside-data.new"
  flush "$STATE/beside-data.new"
  mv -T "$STATE/beside-data.new" "$1"
}

# The same of the desired text.
wipe_is_due() { will_be_wiped "$(desired_part wipe-data "$desired")" "$(staged_fact data_dir)"; }

# Noted when the data is gone, and whenever the desired text runs. Without a mark there is no note: what is set again
# later is new.
note_wipe() {
  local mark='' note=''
  mark=$(desired_part wipe-data "$desired")
  note=$(staged_fact data_dir)/$WIPE_NOTE
  if [ -z "$mark" ]; then rm -f "$note"; return 0; fi
  printf '%s %s\n' "$(owner_id)" "$mark" | write_beside_data "$note"
}

# Noted before it is made, so that a run that is cut off has it. $1: user, group, ...
note_made() { grep -qxF "$1" "$MADE" 2>/dev/null || echo "$1" >>"$MADE"; }

was_made() { grep -qxF "$1" "$MADE" 2>/dev/null; }

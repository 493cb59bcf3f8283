# shellcheck shell=sh
# shellcheck disable=SC2154  # via is an agent that names a leader
# Raft loses nothing in a restart; people may. Every server keeps its last five.

SNAPSHOT_S=$(limit_of snapshot_timeout_s 60)
# A leader that is asked by a follower over TLS may close the connection before all of it has been read, 3 of 25 with 1.22.0, and on
# quick disks five times in a row; once a part came damaged. For the last two tries a follower is asked for its own, which a gate has
# just seen to be the leader's.
TRIES=5

# `save` reads what it has written, to its end, and holds each part against its sum. `inspect` reads each record besides: 3.5 s for
# 150,000 keys, minutes for a gigabyte.
save_snapshot() {
  local file='' said='' tokens='' with='' saved=no tries='' whose=''
  mkdir -p "$SNAPSHOTS"
  chmod 0700 "$SNAPSHOTS"
  file=$SNAPSHOTS/$(date -u +%Y-%m-%dT%H-%M-%SZ).snap
  # Who may take one may read every token: nobody without one may, whatever else is allowed to all.
  tokens_for /v1/snapshot
  for with in $tokens; do
    tries=0 whose=''
    while tries=$((tries + 1)); do
      [ "$tries" -lt "$((TRIES - 1))" ] || whose=-stale
      # shellcheck disable=SC2046,SC2086  # arguments, or none
      if said=$(timeout "$SNAPSHOT_S" "$BINARY" snapshot save -http-addr="$via" $(tls_arguments "$via") $(token_argument "$with") $whose "$file" 2>&1) && [ -s "$file" ]; then
        saved=yes
        break 2
      fi
      [ "$tries" -lt "$TRIES" ] || break
      was_cut_short "$said" || break
    done
    case $said in *"response code: 403"*) is_worth_another_token "$with" "$said" || break ;; *) break ;; esac
  done
  if [ "$saved" = no ]; then
    rm -f "$file" "$file".*
    die "no snapshot could be taken; nothing was changed: $(printf '%s' "${said:-it took longer than $SNAPSHOT_S s}" | without_secrets | tail -n 3 | paste -sd ' ' -)"
  fi
  # The newest by their own time, for a clock that was once ahead names files of the future.
  touch "$file"
  # shellcheck disable=SC2012  # names of our own making
  ls -1t "$SNAPSHOTS"/*.snap | awk -v new="$file" '$0 != new && ++n > 4' | xargs -r rm -f
  say "snapshot saved: $file"
}

# Is that what Consul says where the connection ended before the snapshot did?
was_cut_short() {
  case $1 in *"failed to decode response"* | *"unexpected EOF"* | *"connection reset by peer"* | *"corrupt input"* | *"gzip: invalid"* | *"uncompressed bytes remain"* | *"failed checking integrity"*) return 0 ;; *) return 1 ;; esac
}

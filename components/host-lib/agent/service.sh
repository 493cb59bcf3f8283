# shellcheck shell=sh
# globals: reason restarts_before
# shellcheck disable=SC2154  # what read_self leaves, and api
# The service, as systemd tells of it.

SERVICE=consul.service
CRASHES=3       # in a row are a crash loop
YOUNG_S=15      # younger than that, a process that was started again and again is in a loop

restarts_before=0

service_property() { systemctl show -p "$1" --value "$SERVICE" 2>/dev/null || true; }

# Is there a process, be it on its way up or down? Where systemd does not say, there is.
runs() { [ "$(service_property MainPID)" != 0 ]; }

# From here on a crash counts: those before were of what ran before.
watch_crashes() {
  systemctl reset-failed "$SERVICE" 2>/dev/null || true
  restarts_before=$(service_property NRestarts)
}

# Has systemd started it again and again since `watch_crashes`? Leaves the reason in $reason.
crash_looping() {
  local restarts=''
  restarts=$(service_property NRestarts)
  [ $((${restarts:-0} - ${restarts_before:-0})) -ge "$CRASHES" ] || systemctl --quiet is-failed "$SERVICE" || return 1
  reason=$(crash_words)
}

# While its next process is on its way up, systemd's own properties tell of that one: "success, exit status 0".
crash_words() {
  local ended=''
  ended=$(journal_of_service | sed -n "s/^$SERVICE: Main process exited, code=\([^,]*\), status=/\1, status /p" | tail -n 1)
  echo "Consul ends as soon as it is started (${ended:-$(service_property Result), exit status $(service_property ExecMainStatus)})"
}

# Was it in a crash loop before this script touched it?
was_crash_looping() {
  local restarts='' up=''
  case $(service_property SubState) in auto-restart* | failed) return 0 ;; esac
  restarts=$(service_property NRestarts)
  [ "${restarts:-0}" -ge "$CRASHES" ] || return 1
  up=$(service_property ActiveEnterTimestampMonotonic)
  [ $(($(now_s) - ${up:-0} / 1000000)) -lt "$YOUNG_S" ]
}

journal_of_service() { journalctl -u "$SERVICE" -n 200 --no-pager -o cat 2>/dev/null || true; }

# The end of its journal, without secrets; where it ended by itself since `watch_crashes`, the last words of that process:
# the next one may be on its way up already, and has not come to what ends it.
journal_words() {
  local restarts=''
  restarts=$(service_property NRestarts)
  journal_of_service | without_secrets | awk -v shown=12 -v crashed="$((${restarts:-0} > ${restarts_before:-0}))" -v ended="$SERVICE: Failed with result" '
    { line[NR] = $0 }
    crashed && index($0, ended) == 1 { last = NR }
    END { if (!last) last = NR; for (i = last - shown + 1; i <= last; i++) if (i > 0) print line[i] }'
}

# Not before the old process is gone: it would answer for the new one.
restart_service() {
  watch_crashes
  timeout 60 systemctl restart "$SERVICE" || true
}

# Is the agent here the desired one: the release $1, and the node id that it had before, $2? Leaves the reason in $reason
# where it is not.
is_desired_agent() {
  local status=0
  read_self "$api" || status=$?
  reason="Consul's agent at $api $(answer_words "$status")"
  [ "$status" -eq 0 ] || return 1
  reason="it runs $self_version, not $1"
  # Consul leaves out what stands behind a plus sign.
  case "$1" in "$self_version" | "$self_version"[+-]*) ;; *) return 1 ;; esac
  reason="its node id changed from $2 to $self_node"
  [ -z "$2" ] || [ "$self_node" = "$2" ]
}

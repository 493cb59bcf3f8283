# shellcheck shell=sh
# globals: reason restarts_before
# shellcheck disable=SC2154  # what read_self leaves, and api
# The service, as systemd tells of it.

SERVICE=consul.service
CRASHES=3       # in a row are a crash loop
SLOW_STOP_S=10  # after which, and again and again, it is told that the old process has not ended yet
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
  have_systemd restart
}

stop_service() { have_systemd stop; }

# systemd waits for a process that does not heed its signal, and says nothing meanwhile. $1: restart or stop.
have_systemd() {
  local teller=''
  # Not with the host's lock in its hands.
  tell_of_a_slow_stop "$(service_property MainPID)" </dev/null >/dev/null 9>&- &
  teller=$!
  timeout 60 systemctl "$1" "$SERVICE" || true
  kill "$teller" 2>/dev/null || true
}

# Beside systemctl, for as long as it is the process $1 that runs. A pause that is left over holds nobody's connection.
tell_of_a_slow_stop() {
  local waited_s=0
  while sleep "$SLOW_STOP_S" 2>/dev/null && kill -0 $$ && [ "$(service_property MainPID)" = "$1" ] && [ "$1" != 0 ]; do
    waited_s=$((waited_s + SLOW_STOP_S))
    say "Consul has been told to stop $waited_s s ago and has not ended yet; systemd kills it after its TimeoutStopSec"
  done
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

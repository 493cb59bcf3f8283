# shellcheck shell=sh
# shellcheck disable=SC2154  # api and via are the script's
# The whole cluster is being taken away: what leaves then leaves without gates. A run says so on every host that answers, so that
# it can be cut off; whatever says that the cluster stays takes it back.

READY=consul-cluster/ready # another text after every run that has seen the cluster ready
TEARDOWN_S=15

# Notes the teardown, with the last readiness that this host knows of: a run that sees the cluster ready afterwards
# leaves another one. No two hosts' clocks are compared.
note_teardown() {
  local seen=''
  find_own_agent || true
  find_agent || true
  [ -z "${via:-}" ] || seen=$(kv_get "$via" "$READY") || seen=''
  printf '%s\n' "$seen" >"$TEARDOWN.new"
  mv "$TEARDOWN.new" "$TEARDOWN"
}

# Does the note stand? Not where a run has seen the cluster ready since. Where nobody names a leader any more, the others are
# gone already. Dies where the answer is none, also after the seconds that a server takes to see that the others are gone.
teardown_stands() {
  local seen='' status=0 limit=''
  [ -e "$TEARDOWN" ] || return 1
  limit=$(deadline "$TEARDOWN_S")
  while :; do
    find_agent || return 0
    status=0
    seen=$(kv_get "$via" "$READY") || status=$?
    case $status in
      0) [ "$seen" = "$(cat "$TEARDOWN")" ]; return ;;
      1) return 0 ;;
      *)
        ! passed "$limit" ||
          die "whether the whole cluster is being taken away is not known: $via $(answer_words "$status"); nothing was changed"
        sleep 0.5
        ;;
    esac
  done
}

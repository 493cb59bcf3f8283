# shellcheck shell=sh
# shellcheck disable=SC2154  # api, via and name are the script's
# Who goes: the whole cluster, where a run takes it away, and then what leaves leaves without gates. A run says so on every
# host that answers, so that it can be cut off. Whatever says that the cluster stays takes it back; and it passes by itself,
# for a run that is cut off and never taken up again takes nothing back.

READY=consul-cluster/ready # another text after every run that has seen the cluster ready
TEARDOWN_S=15
TEARDOWN_STANDS_S=3600 # in which a teardown that was cut off goes on as one

# Notes the teardown: when, by this host's own clock, which no other host's is compared with; and the last readiness that
# this host knows of, for a run that sees the cluster ready afterwards leaves another one.
note_teardown() {
  local seen=''
  find_own_agent || true
  find_agent || true
  [ -z "${via:-}" ] || seen=$(kv_get "$via" "$READY") || seen=''
  printf 'boot=%s\nat_s=%s\nready=%s\n' "$(boot_id)" "$(now_s)" "$seen" >"$TEARDOWN.new"
  replace "$TEARDOWN.new" "$TEARDOWN"
}

# Another one after each start of this host, from which its clock counts.
boot_id() { cat /proc/sys/kernel/random/boot_id; }

# Is the note still young? One without a time, of an older release of this library, is not.
teardown_is_recent() {
  local at_s=''
  at_s=$(fact "$TEARDOWN" at_s)
  case $at_s in '' | *[!0-9]*) return 1 ;; esac
  [ "$(fact "$TEARDOWN" boot)" = "$(boot_id)" ] && ! passed $((at_s + TEARDOWN_STANDS_S))
}

# Does the note stand? Not where it is old, nor where a run has seen the cluster ready since. Where nobody names a leader
# any more, the others are gone already. Dies where the answer is none, also after the seconds that a server takes to see
# that the others are gone.
teardown_stands() {
  local seen='' status=0 limit=''
  [ -e "$TEARDOWN" ] && teardown_is_recent || return 1
  limit=$(deadline "$TEARDOWN_S")
  while :; do
    find_agent || return 0
    status=0
    seen=$(kv_get "$via" "$READY") || status=$?
    case $status in
      0) [ "$seen" = "$(fact "$TEARDOWN" ready)" ]; return ;;
      1) return 0 ;;
      *)
        ! passed "$limit" ||
          die "whether the whole cluster is being taken away is not known: $via $(answer_words "$status"); nothing was changed"
        sleep 0.5
        ;;
    esac
  done
}

# Is another one on this host than the one that leaves? A host that was emptied by hand may be set up again under another name, at the same
# address and by the same owner, before the departure of the former one comes.
is_another_ones() { case $(applied_or_staged name) in '' | "$name") return 1 ;; esac; }

# The same, and says so.
yields_to_another_server() {
  is_another_ones || return 1
  say "is not on this host any more, which is $(applied_or_staged name)'s by now, so nothing here is touched"
}

# shellcheck shell=sh
# shellcheck disable=SC2154  # api and name are the script's; release is the desired one, where there is one
# A leader that stops costs the writers seconds; one that hands over costs them a fraction of one.

HANDOVER_S=20   # for another server to take over
ASK_AGAIN_S=3   # where the candidate lost its election

# The candidate may lose its election: releases before raft 1.6.1 (Consul 1.19 among them) take writes again before the
# candidate has asked for votes (hashicorp/raft #581), and it is behind then. This server leads again after 1 to 2 s, and
# asks again. $1: this server's address in Raft.
hand_over_leadership() {
  local me="$1" limit='' again=0 tries=0 named=''
  # A cluster of one is down while it restarts.
  [ -n "$(peer_ips)" ] || return 0
  # Where this server does not say who leads, the others do.
  named=$(leader_of "$api") || named=$(peer_views | awk '$3 != "-" && !n++ { print $3 }')
  [ "$named" = "$me" ] || return 0
  limit=$(deadline "$HANDOVER_S")
  until named=$(another_leader "$me"); do
    ! passed "$limit" || die "this server leads and no other took over within $HANDOVER_S s; it was not restarted"
    if passed "$again" && [ "$(leader_of "$api")" = "$me" ]; then
      ask "$api" "/v1/operator/raft/transfer-leader?id=$(transfer_candidate "$tries")" -X POST >/dev/null || true
      tries=$((tries + 1))
      again=$(deadline "$ASK_AGAIN_S")
    fi
    sleep 0.1
  done
  say "leadership handed over to $named"
}

# Raft id of a healthy voter of the oldest release; another one at each try $1, where there are several. In an upgrade
# that is one whose turn is still to come: a newer leader's log does not reach older followers (seen with 1.22.0 and
# 1.19.2), so the last of the old servers has to lead until all others are new. It is asked at once, and not the next in
# line, which would have to hand over soon.
transfer_candidate() {
  local view=''
  view=$(autopilot_of "$api") || return 0
  printf '%s\n' "$view" | awk -v me="$name" '$1 != me && $2 == "true" && $3 == "true" { print $7, $1, $6 }' | sort -V |
    awk -v try="$1" -v desired="${release:-}" '
      NR == 1 { oldest = $1 }
      $1 == oldest { id[n++] = $3 }
      END { upgrade = desired != "" && desired != oldest; if (n) print id[upgrade ? n - 1 - try % n : try % n] }'
}

# Whom this server names, but itself, $1. What an older server is not told by a newer leader, all of the others may know.
another_leader() {
  local named=''
  named=$(leader_of "$api") || named=''
  if [ -z "$named" ] || [ "$named" = "$1" ]; then
    named=$(peer_views | awk '$2 != "-" { print $3 }' | sort -u)
  fi
  # Two lines are two opinions, and so is one that names nobody.
  case $named in '' | - | "$1" | *[!][0-9a-fA-F.:]*) return 1 ;; esac
  echo "$named"
}

# shellcheck shell=sh
# shellcheck disable=SC2154  # api, via and name are the script's; release is the desired one, where there is one
# A leader that stops costs the writers seconds; one that hands over costs them a fraction of one.

WHO_LEADS_S=10  # to learn who leads, and who else votes
HANDOVER_S=$(limit_of transfer_timeout_s 20) # for another server to take over
ASK_AGAIN_S=3   # where the candidate lost its election

# The candidate may lose its election: releases before raft 1.6.1 (Consul 1.19 among them) take writes again before the
# candidate has asked for votes (hashicorp/raft #581), and it is behind then. This server leads again after 1 to 2 s, and
# asks again. $1: this server's address in Raft.
hand_over_leadership() {
  local me="$1" limit='' again=0 tries=0 status=0 named='' voters=''
  [ -n "$me" ] || die "whether this server leads is not known, for $FACTS does not tell its raft_address; it was not stopped, run it again"
  limit=$(deadline "$WHO_LEADS_S")
  # Who is not known to follow may lead.
  until voters=$(other_voters "$me") && { [ -z "$voters" ] || named=$(named_leader); }; do
    ! passed "$limit" || die "who leads the cluster, and who else could, is not known: nobody said so within $WHO_LEADS_S s; this server was not stopped, run it again"
    sleep 0.5
    find_agent || true
  done
  # A cluster of one is down while it restarts.
  [ -n "$voters" ] || return 0
  [ "$named" = "$me" ] || return 0
  limit=$(deadline "$HANDOVER_S")
  until named=$(another_leader "$me"); do
    ! passed "$limit" || die "this server leads and no other took over within $HANDOVER_S s; it was not restarted"
    if passed "$again" && [ "$(leader_of "$api")" = "$me" ]; then
      status=0
      ask "$(transfer_agent "$tries")" "/v1/operator/raft/transfer-leader?id=$(transfer_candidate "$tries")" -X POST >/dev/null || status=$?
      tries=$((tries + 1))
      # Who does not answer has not asked for it either: the next one is asked at once.
      [ "$status" -eq 2 ] || again=$(deadline "$ASK_AGAIN_S")
    fi
    sleep 0.1
  done
  say "leadership handed over to $named"
}

# Of whom the transfer is asked at the try $1: of this server first, and then of the others that answer. For as long as two
# minutes after a server has crashed again and again, an agent may wait for its own way to the leader (seen with 1.22.0).
transfer_agent() {
  cluster_agents | awk -v try="$1" '{ agent[n++] = $0 } END { print agent[try % n] }'
}

# The servers that vote beside this one, a name a line; none where it is alone. Read off Raft: the settings name some that do
# not exist yet, and not those that should have left. Fails where it is not known. $1: this server's address in Raft.
other_voters() {
  local raft=''
  raft=$(raft_of "$via") || return
  printf '%s\n' "$raft" | awk -v me="$name" -v place="${1:-$(applied_fact raft_address)}" '
    $3 == "true" && $1 != me && $4 != place { print $1 }'
}

# Who is the only one that votes has all that there is. $1: what is not done then.
require_other_voters() {
  local voters='' status=0
  voters=$(other_voters) || status=$?
  [ "$status" -eq 0 ] || die "$1: which servers hold what it holds is not known, $via $(answer_words "$status"); nothing was changed, run it again"
  [ -n "$voters" ] ||
    die "$1: this server is the only one that votes, and its data would be lost for good; nothing was changed. Where others are to join, let them join first: take wipeData back, run, and set it again. Else take a snapshot, and remove $(staged_fact data_dir) by hand"
}

# Whom this server names, or else the first of the others that names one. Fails where nobody does.
named_leader() {
  local named=''
  named=$(leader_of "$api") || named=''
  [ -n "$named" ] || named=$(peer_views | awk '$3 != "-" && !n++ { print $3 }')
  [ -n "$named" ] && echo "$named"
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

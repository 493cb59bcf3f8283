# shellcheck shell=sh
# globals: cluster reason
# shellcheck disable=SC2154  # api is where this server's agent is looked for
# Is there a cluster that has something to lose? What is said here decides which gates a change passes, so it rests on
# evidence alone:
#
#   serving     a server names a leader
#   leaderless  this server, or a peer, is part of a cluster that has no leader now
#   stopped     this server has data, nothing runs here, and no peer runs either
#   forming     positive evidence that there is none yet: no Raft data here or data of no election, and every peer's host
#               says that nothing runs there, or that what runs waits for its first election
#   unknown     none of these: somebody does not answer

# Sets $cluster. $reason: who did not answer, where it is `unknown`.
assess_cluster() {
  local own=''
  cluster=unknown reason=''
  if find_agent; then cluster=serving; return 0; fi
  own=$(own_evidence)
  case $own in
    bootstrapped) cluster=leaderless; return 0 ;;
    silent) reason="Consul runs on this host and does not answer at $api"; return 0 ;;
  esac
  case $(peers_evidence) in
    bootstrapped) cluster=leaderless ;;
    unknown*) [ "$own" = data ] && cluster=stopped || reason=$(peers_evidence | sed 's/^unknown //') ;;
    *) [ "$own" = data ] && cluster=stopped || cluster=forming ;;
  esac
}

# What this server knows of itself: `bootstrapped`, `waiting` for its first election, `silent` where it runs and does not say, `data`
# that nobody reads now, or `nothing`.
own_evidence() {
  if runs; then
    read_self "$api" || { echo silent; return; }
    case $self_last_log in
      0) echo waiting ;;
      -) echo silent ;;
      *) echo bootstrapped ;;
    esac
  elif has_raft_data; then echo data
  else echo nothing
  fi
}

# Raft's folder with anything in it, of data that is this cluster's: what is foreign tells nothing of it. A folder that cannot
# be read is not empty.
has_raft_data() {
  local folder='' held=''
  folder=$(applied_or_staged data_dir)
  [ -e "$folder/raft" ] && is_own_data_folder "$folder" || return 1
  held=$(ls -A "$folder/raft" 2>/dev/null) || return 0
  [ -n "$held" ]
}

# The weightiest that is said of the peers: `bootstrapped`, `unknown` and why, or `waiting`, which is said of those, too,
# whose hosts say that nothing runs there.
peers_evidence() {
  local ip='' url='' leader='' peers='' port='' problem=''
  port=$(raft_port)
  peer_views | {
    while read -r ip url leader; do
      if [ "$url" != - ]; then
        peers=$(raft_peers_of "$url") || { problem="$url does not say whether it is part of a cluster"; continue; }
        [ -z "$peers" ] || { echo bootstrapped; return 0; }
      else
        case $(probe "$ip" "$port") in
          refused) ;;
          open) problem="the server at $ip runs and does not say whether it is part of a cluster" ;;
          *) problem="the host $ip does not answer" ;;
        esac
      fi
    done
    if [ -n "$problem" ]; then echo "unknown $problem"; else echo waiting; fi
  }
}

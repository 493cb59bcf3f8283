# shellcheck shell=sh
# shellcheck disable=SC2154  # via is of consul/agents.sh
# What a step of TLS would break: looked at before any server takes it, by each of them.

STEP_S=5 # for an election to end

# Before anybody relies on them: a certificate that is not good shows at the next connection only, and neither autopilot nor
# gossip sees it. A server whose host answers and that does not run has its step behind it, or is told so itself. $1: the mode.
check_peers_certificates() {
  local ip='' shown=''
  for ip in $(peer_ips); do
    shown=$(shown_certificate "$ip" "$(raft_port)")
    case $shown in
      bad) die "tls cannot be $1 yet: the certificate of the server at $ip is not accepted here (its name, its CA or its time); nothing that runs was touched" ;;
      plain) die "tls cannot be $1 yet: the server at $ip shows no certificate; every server takes the step \"offered\" first; nothing that runs was touched" ;;
    esac
  done
}

# Servers that require TLS talk to no client agent without it any more. From the mode $1: before `preferred` no server has given a
# client a certificate, whatever the client says of itself.
check_no_plain_clients() {
  local clients='' away=''
  await_agent "$STEP_S" ||
    die "tls cannot be required yet: no server that is reached names a leader, so whether client agents without TLS are in the pool is not known; stay with ${1:-off} until the cluster serves; nothing that runs was touched"
  clients=$(clients_by_tls) || die "whether client agents are in the pool, and talk TLS, is not known, $via does not say; nothing that runs was touched"
  away=$(printf '%s\n' "$clients" | awk '$2 == "plain" && $3 != "alive" { print $1 }')
  [ -z "$away" ] || say "client agents that are away now and do not talk TLS get into the cluster no more: $(printf '%s\n' "$away" | listed)"
  clients=$(printf '%s\n' "$clients" | awk '$3 == "alive"')
  if [ "$1" = preferred ]; then
    clients=$(printf '%s\n' "$clients" | awk '$2 == "plain" { print $1 }')
    [ -z "$clients" ] ||
      die "tls cannot be required while client agents are in the pool of which the catalog does not say that they talk TLS: $(printf '%s\n' "$clients" | listed); stay with preferred, and give each ConsulClient its tls, or take them away (docs/operations.md, \"TLS on a cluster that runs\"); nothing that runs was touched"
  else
    clients=$(printf '%s\n' "$clients" | cut -d ' ' -f 1)
    [ -z "$clients" ] ||
      die "tls cannot go from ${1:-off} to required while client agents are in the pool: $(printf '%s\n' "$clients" | listed); go by preferred, in which they are led to TLS, or take them away; nothing that runs was touched"
  fi
}

# On the way back servers give client agents no certificates any more: those that run go on, until their next start.
tell_of_tls_clients() {
  local clients=''
  find_agent || return 0
  clients=$(clients_by_tls) || { say "whether client agents with certificates are in the pool is not known"; return 0; }
  clients=$(printf '%s\n' "$clients" | awk '$2 == "tls" { print $1 }')
  [ -z "$clients" ] ||
    say "client agents that talk TLS get no certificates from these servers any more, and do not start again before they are without it: $(printf '%s\n' "$clients" | listed)"
}

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

# ---------------------------------------------------------------- another CA

# The CAs that are trusted change, or the one that signs: whoever has this run's settings and whoever has the last one's talk to one
# another meanwhile. A server that was away in the run before may show a certificate of a CA that goes now, or not trust the
# one that signs now. $1: the mode of what runs, $2: of what is staged.
check_ca_step() {
  local known='' ip='' port='' untouched="nothing that runs was touched"
  known=$(applied_ca) && ! same_file "$known" "$STAGED/secrets/tls-ca.pem" || return 0
  [ "$1-$2" = required-required ] ||
    die "the CAs of tls cannot change here in a run from ${1:-off} to ${2:-off}: they do in the mode required alone, in which every connection shows who trusts whom; $untouched"
  port=$(raft_port)
  for ip in "$(applied_fact address)" $(peer_ips); do
    [ "$(shown_certificate "$ip" "$port")" != bad ] ||
      die "the server at $ip shows a certificate of a CA that would be trusted no more (or that has ended, or is for another name): let the CA that stays sign first, in a run of its own, with this one trusted beside it; $untouched"
  done
  for ip in $(peer_ips); do
    [ "$(takes_staged_certificate "$ip" "$port")" != no ] ||
      die "the server at $ip does not trust the CA that shall sign now, or by its clock that one is not valid yet: trust it first, in a run of its own, beside the one that signs, and look at the clocks; $untouched"
  done
  [ "$(ca_digest "$known")" = "$(ca_digest "$STAGED/secrets/tls-ca.pem")" ] || check_cas_of_clients
}

# Before another CA signs, client agents know their servers by it, too: they say so in the catalog, as they say that they talk TLS.
# One that runs would go on all the same, and not start again. Nobody waits for one that is away.
check_cas_of_clients() {
  local ca='' clients='' missing='' away=''
  ca=$(ca_digest "$STAGED/secrets/tls-ca.pem")
  await_agent "$STEP_S" ||
    die "no server that is reached names a leader, so whether client agents know the CA that shall sign now is not known; nothing that runs was touched"
  clients=$(clients_by_tls) || die "whether client agents know the CA that shall sign now is not known, $via does not say; nothing that runs was touched"
  clients=$(printf '%s\n' "$clients" | awk -v ca="$ca" '!index("." $4 ".", "." ca ".")')
  away=$(printf '%s\n' "$clients" | awk '$3 != "alive" { print $1 }')
  [ -z "$away" ] || say "client agents that are away now, and of which the catalog does not say that they know the CA that signs now, get into the cluster again when their stack has run: $(printf '%s\n' "$away" | listed)"
  missing=$(printf '%s\n' "$clients" | awk '$2 == "tls" && $3 == "alive" { print $1 }')
  [ -z "$missing" ] ||
    die "another CA cannot sign yet, for the catalog does not say of these client agents that they know it: $(printf '%s\n' "$missing" | listed); run their stack first, which gives them the clientCaCertificate of now, and wait two minutes, in which an agent that was reloaded says so; nothing that runs was touched"
}

# A client agent knows its servers by other CAs now: one of them at least has to be known by those, at the port that it
# would be asked at for a certificate, and none shown to be unknown.
check_ca_of_client() {
  local known='' server='' ip='' port='' seen=silent
  known=$(applied_ca) && [ -n "$(staged_certificate)" ] && ! same_file "$known" "$STAGED/secrets/tls-ca.pem" || return 0
  port=$(json_lines <"$STAGED_CONFIG/10-client.json" | sed -n 's/^ports\.server\t//p')
  for server in $(staged_fact peers | tr , ' '); do
    case $(shown_certificate "$(without_port "$server")" "${port:-8300}") in
      good) seen=good ;;
      bad) die "the server at $server is not known by these CAs: run the servers' stack first, and take its clientCaCertificate; nothing that runs was touched" ;;
    esac
  done
  [ "$seen" = good ] ||
    die "whether the servers are known by these CAs is not known: none of them showed a certificate at port ${port:-8300}; nothing that runs was touched, run it again"
}

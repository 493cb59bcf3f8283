# shellcheck shell=sh
# globals: ca
# Agents that are asked over HTTPS, https://IP:PORT: by the name that every server's certificate carries, whatever its
# address, and with no CA but the cluster's. Without that CA nobody is asked.

# The CAs of the staged set, or else of what runs: they have one in common at least (secrets/stage-secrets.sh), by which the servers
# know each other meanwhile.
trusted_ca() {
  local ca=''
  first_with_certificate "$STAGED/secrets/tls-ca.pem" && echo "$ca"
}

# The file with the CAs of what runs.
applied_ca() {
  local ca=''
  first_with_certificate "$APPLIED_SECRETS/tls-ca.pem" && echo "$ca"
}

# The file $1, or else that of the settings that run, in $ca. One that was damaged says of no CA that it is trusted, or that it is not.
first_with_certificate() {
  local value=''
  ca=$1
  ! has_certificate "$ca" || return 0
  look_up "$FACTS" config_dir
  ca=$value/tls/ca.pem
  ! has_certificate "$ca" || return 0
  ca=''
  return 1
}

has_certificate() {
  local line=''
  [ -r "$1" ] || return 1
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in *-END\ CERTIFICATE-*) return 0 ;; esac
  done <"$1"
  return 1
}

# With which an agent is asked: with that, and with the CA of what runs, where it is another one. Until a switch is whole an agent may
# show a certificate of either; what answers the one or the other is this cluster's.
known_ca() {
  local ca='' both=''
  if ! first_with_certificate "$APPLIED_SECRETS/tls-ca.pem" || [ ! -r "$STAGED/secrets/tls-ca.pem" ] || same_text "$ca" "$STAGED/secrets/tls-ca.pem"; then
    trusted_ca
    return
  fi
  mkdir -p "$RUN"
  both=$(mktemp "$RUN/known-ca.XXXXXX") || return
  cat "$STAGED/secrets/tls-ca.pem" "$ca" >"$both" && mv "$both" "$RUN/known-ca.pem" && echo "$RUN/known-ca.pem"
}

# The arguments of Consul's own commands for the agent $1, besides its address.
tls_arguments() {
  case $1 in https://*) echo "-ca-file=$(known_ca) -tls-server-name=$(applied_or_staged tls_name)" ;; esac
}

# The client agents of the pool, as the agent at $via has them: NAME TLS STATE CAS, in which TLS is `tls` for one of which the catalog says that it
# talks TLS, or else `plain`, STATE is `alive` or `away`, and CAS are those that it knows its servers by. Of who has left there is nothing to say. An agent tells it of itself,
# and it is told of the node with this id: what another of that name has told before is no evidence.
clients_by_tls() {
  local members='' nodes=''
  members=$(settled_members) || return
  members=$(printf '%s\n' "$members" | awk '$3 == "client" && $2 != 3')
  [ -n "$members" ] || return 0
  nodes=$(nodes_of "$via") || return
  printf '%s\n\n%s\n' "$nodes" "$members" | awk '
    !known { if ($0 == "") known = 1; else { tls[$1 " " $2] = $3; cas[$1 " " $2] = $4 } next }
    { print $1, (tls[$1 " " $4] == "auto-encrypt" ? "tls" : "plain"), ($2 == 1 ? "alive" : "away"), cas[$1 " " $4] }'
}

# The name by which servers know each other, and their clients them.
name_of_servers() {
  local found=''
  found=$(applied_or_staged tls_name)
  [ -n "$found" ] || found=$(applied_or_staged domain | sed "s/\\.\$//; s/^/server.$(applied_or_staged datacenter)./")
  echo "$found"
}

# What the server at the IP address $1 shows who dials it over TLS at the port $2 where Raft talks: `good`, `bad` where its
# certificate is not accepted here, `plain` where it has none, `silent` where nobody answers.
shown_certificate() {
  local server='' status=0
  server=$(name_of_servers)
  # What is said behind the handshake Consul does not understand, and ends the connection: that is enough.
  curl -s --noproxy '*' --no-alpn --connect-timeout 2 --max-time 4 -o /dev/null --cacert "$(trusted_ca)" \
    --connect-to "$server:$2:$(bracketed "$1"):$2" "https://$server:$2/" 2>/dev/null || status=$?
  case $status in
    0 | 52 | 55 | 56) echo good ;;
    51 | 60) echo bad ;;
    7 | 28) echo silent ;;
    *) echo plain ;;
  esac
}

# Does the server at the IP address $1 take who dials it with the staged certificate, at the port $2 where Raft talks? `yes`, `no`, or
# `silent` where nobody answers. In TLS 1.2 the handshake itself says it. Who talks 1.3 alone says no behind it, and what is said there
# may get lost with the connection, be it yes or no: it is asked again, for the one end that only a yes has.
takes_staged_certificate() {
  local said='' status=0 tries=5
  said=$(dial_with_staged_certificate "$1" "$2" --tls-max 1.2) || status=$?
  case $status,$said in
    35,*version*)
      status=56
      while [ "$status" -ne 52 ] && [ "$tries" -gt 0 ]; do
        status=0 tries=$((tries - 1))
        dial_with_staged_certificate "$1" "$2" >/dev/null || status=$?
      done
      [ "$status" -eq 52 ] || status=35
      ;;
  esac
  case $status in
    0 | 52 | 55 | 56) echo yes ;;
    7 | 28) echo silent ;;
    *) echo no ;;
  esac
}

# What curl says of it, and its exit code. $1: IP address, $2: port, then more arguments.
dial_with_staged_certificate() {
  local server='' ip="$1" port="$2"
  shift 2
  server=$(name_of_servers)
  curl -sS --noproxy '*' --no-alpn --connect-timeout 2 --max-time 4 -o /dev/null --cacert "$(trusted_ca)" \
    --cert "$STAGED/secrets/tls-certificate.pem" --key "$STAGED/secrets/tls-key.pem" \
    --connect-to "$server:$port:$(bracketed "$ip"):$port" "$@" "https://$server:$port/" 2>&1
}

# What the CA that signs is known by, the first one in the file $1: as render/tls.ts has it.
ca_digest() { sed '/-END CERTIFICATE-/q' "$1" | digest; }

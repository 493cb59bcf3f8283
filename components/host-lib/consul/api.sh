# shellcheck shell=sh
# The one way in which the scripts talk to Consul. An answer is one of five, and the status of `ask` says which:
#
#   0  yes: an answer, on stdout
#   1  no: Consul says that there is no such thing
#   2  none: nobody answers, or not in time
#   3  forbidden: this caller may not know
#   4  not understood: an error, or something that is no answer to this question; what was said, on stdout
#
# Only 1 is no.

REQUEST_S=3 # without a leader some endpoints hold a request for seconds

# ask AGENT PATH [CURL'S ARGUMENT...]; a body may come from stdin, as `-d @-`. AGENT: http://PLACE:PORT, the same with https, or
# unix://PATH, as Consul's own commands take it, too.
ask() {
  local body='' tokens='' with='' said='' status=0
  # Read once: it may be asked again, with another token.
  case " $* " in *" @- "*) body=$(cat) ;; esac
  tokens_for "$2"
  for with in $tokens; do
    status=0
    if [ -z "$body" ]; then said=$(request "$with" "$@" </dev/null) || status=$?
    else said=$(printf '%s' "$body" | request "$with" "$@") || status=$?
    fi
    if [ "$status" -ne 3 ] || ! is_worth_another_token "$with" "$said"; then break; fi
  done
  [ "$status" -ne 3 ] || said=''
  printf '%s' "$said"
  return "$status"
}

# The same with one token, see tokens.sh: TOKEN AGENT PATH [CURL'S ARGUMENT...]. `none` is without, and `-` one that comes
# on stdin, as curl reads it. What is said of a refusal is on stdout, too.
request() {
  local with="$1" agent="$2" url="$2$3" path="$3" value='' server='' said='' code='' newline='
'
  shift 3
  case $agent in
    https://*)
      look_up_applied_or_staged tls_name
      server=$value:${agent##*:}
      set -- --cacert "$(known_ca)" --connect-to "$server:${agent#https://}" "$@"
      url=https://$server$path
      ;;
    unix://*)
      set -- --unix-socket "${agent#unix://}" "$@"
      url=http://localhost$path
      ;;
  esac
  case $with in
    none) ;;
    -) set -- -K - "$@" ;;
    *) set -- -K "$(token_file "$with").curl" "$@" ;;
  esac
  said=$(curl -sS --noproxy '*' --connect-timeout 2 --max-time "$REQUEST_S" -w '\n%{http_code}' "$@" "$url" 2>/dev/null) || return 2
  # To the last line break: whatever the shell, that costs as much as the answer is long, and not its square.
  code=${said##*"$newline"}
  said=${said%"$newline"*}
  case $code in
    2??) printf '%s' "$said" ;;
    # Of autopilot's health it is the answer while somebody is not well, with the same body; elsewhere, that too much is
    # asked of this agent.
    429) case $url in */operator/autopilot/health) printf '%s' "$said" ;; *) return 4 ;; esac ;;
    404) return 1 ;;
    401 | 403) printf '%s' "$said"; return 3 ;;
    *) printf '%s' "$said"; return 4 ;;
  esac
}

# In words, why there is no answer: $1, the status of `ask`.
answer_words() {
  case $1 in
    1) echo "says that there is none" ;;
    2) echo "does not answer" ;;
    3) echo "does not let this host know (403)" ;;
    *) echo "answers something that is not understood" ;;
  esac
}

# The same of what is done, and not of what is known.
refusal_words() {
  case $1 in
    1) echo "does not do it" ;;
    3) echo "refuses that to the tokens of this host (403): docs/security.md, \"ACLs\", tells how they get their rights back" ;;
    *) answer_words "$1" ;;
  esac
}

# An IP address as it stands in an address with a port.
bracketed() { case $1 in *:*) echo "[$1]" ;; *) echo "$1" ;; esac; }

# The host of what is joined: an address or a name, with or without a port.
without_port() {
  case $1 in
    \[*) printf '%s\n' "$1" | sed 's/^\[//; s/\].*//' ;;
    *:*:*) echo "$1" ;;
    *) echo "${1%:*}" ;;
  esac
}

# Whether a process listens at the address $1, port $2: "open", "refused" where the host answers that nobody does, or
# "silent" where the host itself does not answer. Only "refused" is evidence that nothing runs there.
probe() {
  local said=''
  said=$(curl -sSv --noproxy '*' --connect-timeout 2 --max-time 2 -o /dev/null "http://$(bracketed "$1"):$2/" 2>&1) || true
  case $said in
    *"Connected to "* | *"Established connection"*) echo open ;;
    *refused*) echo refused ;;
    *) echo silent ;;
  esac
}

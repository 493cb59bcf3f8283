#!/bin/sh
# A curl that answers from a folder, for tests of scripts that talk to Consul. fakeConsul.ts lays the folder out and
# puts this file into it as bin/curl. It knows what the scripts use of curl and no more: anything else is noted in
# the file `complaints`, which fails the test, for a script may well throw stderr away.
#
# Its folder holds
#   routes     METHOD URL EXIT CODE MILLISECONDS BODY NEXT, the first line that fits answers; METHOD `*` is any, and
#              its URL a beginning; `CERT` is whoever dials with a certificate. BODY and NEXT are files, here
#              or with their whole path, a dash is none; the routes in NEXT stand before all
#              others once this line has answered. Where no line fits nobody listens.
#   requests   what was asked: METHOD URL, and the body where there was one
#   headers    those that were sent
#   names      by which it was asked over TLS
set -u

here=${0%/*}/..
method='' url='' ca='' way='' socket='' fail=no silent=no show=no verbose=no max_ms='' out='' format='' body='' has_body=no

complain() {
  printf '%s\n' "$*" >>"$here/complaints"
  echo "curl: $*" >&2
  exit 2
}

# Ends as curl does: the code through -w, a word on stderr, the status.
finish() {
  case $format in
    '') ;;
    *'%{http_code}'*) printf '%b%s%b' "${format%%'%{http_code}'*}" "$2" "${format#*'%{http_code}'}" ;;
    *) complain "-w knows %{http_code} alone, not $format" ;;
  esac
  if [ "$1" -ne 0 ] && { [ $silent = no ] || [ $show = yes ]; }; then echo "curl: ($1) $3" >&2; fi
  exit "$1"
}

# Seconds, with or without a fraction, in milliseconds.
milliseconds() {
  case $1 in *[!0-9.]* | *.*.* | '') complain "no number of seconds: $1" ;; esac
  whole=${1%%.*} fraction=000
  case $1 in *.*) fraction=${1#*.}000 ;; esac
  fraction=${fraction%"${fraction#???}"}
  echo $((${whole:-0} * 1000 + 1$fraction - 1000))
}

flags() {
  case $1 in *[!sSfvL]*) complain "unknown flags -$1" ;; esac
  case $1 in *s*) silent=yes ;; esac
  case $1 in *S*) show=yes ;; esac
  case $1 in *f*) fail=yes ;; esac
  case $1 in *v*) verbose=yes ;; esac
}

# -d @FILE reads without line breaks, -d TEXT and --data-raw take it as it is.
data() {
  [ $has_body = no ] || complain "two bodies"
  has_body=yes
  case $1 in
    @-) body=$(tr -d '\r\n') ;;
    @*) [ -r "${1#@}" ] || complain "no file ${1#@}"; body=$(tr -d '\r\n' <"${1#@}") ;;
    *) body=$1 ;;
  esac
}

# The lines of a file for -K, of which the scripts write headers alone.
config() {
  if [ "$1" = - ]; then config_lines; return; fi
  [ -r "$1" ] || finish 26 000 "Failed to open $1"
  config_lines <"$1"
}

config_lines() {
  while read -r word sign rest; do
    case $word$sign in
      '' | '#'*) ;;
      header=) rest=${rest#\"} && printf '%s\n' "${rest%\"}" >>"$here/headers" ;;
      *) complain "-K knows 'header = \"...\"' alone, not $word" ;;
    esac
  done
}

while [ $# -gt 0 ]; do
  case $1 in
    --noproxy | --connect-timeout) shift ;;
    -m | --max-time) max_ms=$(milliseconds "$2") || exit; shift ;;
    -o | --output) out=$2; shift ;;
    -w | --write-out) format=$2; shift ;;
    -X | --request) method=$2; shift ;;
    -d | --data) data "$2"; shift ;;
    --data-raw) [ $has_body = no ] || complain "two bodies"; body=$2 has_body=yes; shift ;;
    -H | --header) printf '%s\n' "$2" >>"$here/headers"; shift ;;
    --cacert) ca=$2; shift ;;
    --connect-to) way=$2; shift ;;
    --unix-socket) socket=$2; shift ;;
    --no-alpn) ;;
    # Who dials with a certificate is answered as such.
    --cert | --key) [ -r "$2" ] || complain "no file $2"; method=CERT; shift ;;
    --tls-max) shift ;;
    -K | --config) config "$2"; shift ;;
    --fail) fail=yes ;;
    --silent) silent=yes ;;
    --show-error) show=yes ;;
    --*) complain "unknown option $1" ;;
    -?*) flags "${1#-}" ;;
    *) [ -z "$url" ] || complain "two addresses: $url $1"; url=$1 ;;
  esac
  shift
done
[ -n "$url" ] || complain "no address"
# Over TLS it is asked by a name, and the answers are those of the address behind it. No CA, no question.
case $url in
  https://*)
    { [ -n "$ca" ] && [ -r "$ca" ]; } || finish 77 000 "error setting certificate file: $ca"
    name=${url#https://} && name=${name%%/*}
    case $way in "$name":*) ;; *) complain "$url goes another way than $way" ;; esac
    printf '%s\n' "$name" >>"$here/names"
    url=https://${way#"$name":}/${url#https://*/}
    ;;
esac
# Over a socket, whatever the name: the answers are those of the socket.
[ -z "$socket" ] || url=unix://$socket/${url#http://*/}
[ -n "$method" ] || { [ $has_body = yes ] && method=POST || method=GET; }
case $url in *[!:/]/* | *'?'*) ;; *) url=$url/ ;; esac

# Without a line nobody listens there.
exit=7 code=000 took_ms=0 file=- next=-
while read -r m u e c ms f n; do
  if [ "$m" = '*' ]; then
    case $url in "$u"*) ;; *) continue ;; esac
  else
    { [ "$u" = "$url" ] && [ "$m" = "$method" ]; } || continue
  fi
  exit=$e code=$c took_ms=$ms file=$f next=$n
  break
done <"$here/routes"

if [ $has_body = yes ]; then
  case $body in *'
'*) body=$(printf %s "$body" | tr '\n' ' ') ;; esac
  printf '%s %s %s\n' "$method" "$url" "$body"
else
  printf '%s %s\n' "$method" "$url"
fi >>"$here/requests"

if [ "$next" != - ]; then
  cat "$here/$next" "$here/routes" >"$here/routes.new" && mv "$here/routes.new" "$here/routes"
fi

[ "$exit" != unknown ] || complain "the test has no answer to $method $url"
[ -z "$max_ms" ] || [ "$took_ms" -lt "$max_ms" ] || exit=28

if [ $verbose = yes ]; then
  host=${url#*//} && host=${host%%/*}
  case $exit in
    7) echo "* connect to ${host%:*} port ${host##*:} failed: Connection refused" >&2 ;;
    28) [ "$code" = 000 ] || echo "* Connected to ${host%:*} (${host%:*}) port ${host##*:} (#0)" >&2 ;;
    *) echo "* Connected to ${host%:*} (${host%:*}) port ${host##*:} (#0)" >&2 ;;
  esac
fi

case $exit in
  0) ;;
  7) finish 7 000 "Failed to connect to $url: Couldn't connect to server" ;;
  28) finish 28 000 "Operation timed out after $max_ms milliseconds with 0 bytes received" ;;
  52) finish 52 000 "Empty reply from server" ;;
  *)
    case $file in -) said=ended ;; /*) said=$(cat "$file") ;; *) said=$(cat "$here/$file") ;; esac
    finish "$exit" 000 "$said"
    ;;
esac
if [ $fail = yes ] && [ "$code" -ge 400 ]; then
  finish 22 "$code" "The requested URL returned error: $code"
fi
case $file in -) file=/dev/null ;; [!/]*) file=$here/$file ;; esac
case $out in
  '') cat "$file" ;;
  /dev/null) ;;
  *) cat "$file" >"$out" ;;
esac
finish 0 "$code" ''

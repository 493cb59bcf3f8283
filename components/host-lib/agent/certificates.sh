# shellcheck shell=sh
# An agent's certificates: staged with the other secrets, and laid into the set that Consul reads. A server has its own and
# the CA's; a client agent the CA's alone, for servers give it one of its own in memory. How far TLS of servers goes is the
# fact `tls`: nothing said is off, and each of the others is a step that all servers have taken before one takes the next.

# The label of what is staged; nothing where there is no TLS.
staged_certificate() { secrets_label "$STAGED/secrets" certificate-label; }

# Of the mode $1: how many steps it is from none.
tls_step() {
  case $1 in
    offered) echo 1 ;;
    outgoing) echo 2 ;;
    preferred) echo 3 ;;
    required) echo 4 ;;
    *) echo 0 ;;
  esac
}

# May a run lead from the mode $1 to the mode $2? A step either way; over `preferred`, which is for client agents alone, too.
is_tls_step() {
  local steps=''
  case ${1:-off}-${2:-off} in outgoing-required | required-outgoing) return 0 ;; esac
  steps=$(($(tls_step "$2") - $(tls_step "$1")))
  [ "${steps#-}" -le 1 ]
}

# Do servers in the mode $1 answer over HTTPS, and give client agents certificates?
has_https() { case $1 in preferred | required) ;; *) return 1 ;; esac; }

# Beside the settings in the folder $1: in a folder that Consul does not search for settings.
install_certificate() {
  local file=''
  [ -n "$(staged_certificate)" ] || return 0
  mkdir "$1/tls"
  for file in ca certificate key; do
    if [ "$file" = ca ] || ! is_client; then cp "$STAGED/secrets/tls-$file.pem" "$1/tls/$file.pem"; fi
  done
  cp "$STAGED/secrets/tls-valid" "$1/tls/valid"
}

# Does the server here show whoever dials it the certificate that it shall have, or one as good? Nobody dials a client.
certificate_is_shown() {
  is_client || [ -z "$(staged_certificate)" ] || [ "$(shown_certificate "$(applied_fact address)" "$(raft_port)")" = good ]
}

# Is it the certificate alone for which nobody can ask the agent here? So it is with HTTPS alone, once that has ended.
is_locked_out() {
  case $api in https://*) ;; *) return 1 ;; esac
  ! leader_of "$api" >/dev/null && runs && [ "$(shown_certificate "$(applied_fact address)" "$(raft_port)")" = bad ]
}

# By this host's own clock, which Consul goes by, too. A certificate that is not valid Consul takes at a reload, and the
# connections that stand go on; the next one fails.
check_certificate_time() {
  local now='' begins='' ends=''
  [ -n "$(staged_certificate)" ] || return 0
  now=$(date +%s)
  begins=$(fact "$STAGED/secrets/tls-valid" not_before)
  ends=$(fact "$STAGED/secrets/tls-valid" not_after)
  [ "$now" -ge "$begins" ] || die "the certificate begins in $((begins - now)) s by this host's clock: set the clock; $1"
  [ "$now" -lt "$ends" ] || die "the certificate has ended $(((now - ends) / 86400)) days ago by this host's clock; $1"
}

# Who restarts with a certificate that has ended, or hands leadership over to one who has such, finds nobody who talks to
# it. A reload with a good one heals it.
refuse_an_ended_certificate() {
  local ends=''
  ends=$(fact "$(applied_fact config_dir)/tls/valid" not_after)
  [ -z "$ends" ] || [ "$(date +%s)" -lt "$ends" ] ||
    die "$1: its certificate has ended, and a server that restarts with one finds nobody who talks to it; take back what restarts this server, run, which renews the certificate by a reload, and change it after that; nothing was changed"
}

#!/bin/sh
# Lays the plain settings of a server, or of a client agent, next to what runs, then checks the whole staged set - release,
# settings, secrets - with the staged binary as the user consul. It is the last step before the barrier:
# where it passes on every server, the chain of activations may begin.
set -eu
umask 077
# shellcheck source=/dev/null
. /usr/local/lib/consul-cluster/lib.sh

KEY_ARRIVES_S=15 # for a rotation to reach a client
RESTING_S=5      # for an election to end
DATA_MIB=100
STATE_MIB=10

untouched="nothing that runs was touched"

# What a cluster that exists cannot change. The program refuses it, too, before any host is reached; here it is held
# against what runs. $1: the fact, $2: what to do instead.
refuse_another() {
  local was='' is=''
  was=$(applied_fact "$1")
  is=$(staged_fact "$1")
  [ -z "$was" ] || [ "$was" = "$is" ] || die "$1 cannot change from $was to $is here: $2; $untouched"
}

check_fixed_settings() {
  refuse_another datacenter "a datacenter is made, and never renamed: make another cluster, and restore a snapshot there"
  refuse_another serf_lan "servers on either side of the change would not find each other; make another cluster, or keep the port"
  refuse_another serf_wan "servers on either side of the change would take each other for failed in the pool of all datacenters; make another cluster, or keep the port"
  check_acl_step
  check_tls_step
  refuse_another data_dir "Consul would begin with an empty folder; mount the new disk at the old path, or make a cluster with the new path, and restore a snapshot there"
}

# Of the facts $1, which are whole. Those of releases that knew of no ACLs say nothing of them.
acl_policy() {
  local policy=''
  policy=$(fact "$1" acl)
  echo "${policy:-off}"
}

# ACLs go one step a run. A server that was away in the run that allowed may not deny either: nobody would be let in by it.
check_acl_step() {
  local step=''
  is_applied || return 0
  step=$(acl_policy "$FACTS")-$(acl_policy "$STAGED_CONFIG/facts")
  case $step in
    off-deny) die "acl cannot go from off to deny here in one run: set acl: { defaultPolicy: allow }, run, give everybody who asks a token, and then deny in another run; $untouched" ;;
    deny-off) die "acl cannot go from deny to off here in one run: set acl: { defaultPolicy: allow }, run, and take acl out in another run; $untouched" ;;
  esac
}

# TLS goes one step a run, in either direction. A server that was away in a run has its step to take before the others go on.
check_tls_step() {
  local was='' is='' from='' to=''
  is_applied || return 0
  was=$(applied_fact tls) is=$(staged_fact tls)
  from=$(tls_step "$was") to=$(tls_step "$is")
  is_tls_step "$was" "$is" ||
    die "tls cannot go from ${was:-off} to ${is:-off} here in one run, for servers on either side of the change would not understand each other: go one step a run, off, offered, outgoing, preferred, required; $untouched"
  [ "$from" -eq 0 ] || [ "$to" -eq 0 ] ||
    refuse_another tls_name "it is the name by which the servers know each other; go back to no TLS, one step a run, before it changes"
  [ "$from" -eq 0 ] || [ "$to" -eq 0 ] || check_ca_step "$was" "$is"
  if has_https "$was" && ! has_https "$is"; then tell_of_tls_clients; fi
  [ "$to" -gt "$from" ] || return 0
  [ "$to" -le 1 ] || check_peers_certificates "$is"
  [ "$is" != required ] || check_no_plain_clients "$was"
}

# Another key than the one in use is a rotation, which needs every member: looked at now, before any server changes, and again
# when it begins. Who is out of the pool for its key's sake is repaired.
check_gossip_key() {
  ! uses_staged_key || return 0
  # The key of the settings is the applied one: it is the keyring that is another, and this server that is to be repaired. Not so where
  # most servers are in its pool: then they have that key in common.
  if [ "$secrets" = "$(desired_part secrets "$APPLIED")" ]; then
    if ! runs || looks_outside || { ! serves "$api" && ! sees_majority "$api"; }; then
      say "its keyring holds another gossip key than its settings"
      return 0
    fi
  elif looks_outside; then
    die "this server has another gossip key than its cluster, and the settings change the key as well: run without that change, which mends the server, and rotate after that; $untouched"
  fi
  find_agent_in_pool || die "the gossip key of the settings is not the one in this server's keyring, and it can be changed in a running cluster only: start it with its previous key; $untouched"
  if runs && names_a_leader "$api"; then
    refuse_while_a_member_is_down
  elif ! pool_uses_staged_key; then
    die "the gossip key of the settings is neither the one in this server's keyring nor the one of the cluster, which this server is not part of now: give the cluster's key, run, and rotate after that; $untouched"
  fi
}

# A client agent gets another key by the servers' rotation, which is over before a client is staged. It may be a
# moment on its way; another one than the pool's would lock the client out at its next start from nothing.
check_key_of_client() {
  runs && names_a_leader "$api" || return 0
  within "$KEY_ARRIVES_S" uses_staged_key ||
    die "the gossip key of the settings is not the one of the pool that this client is in; rotate it on the servers, whose run brings it here, too; $untouched"
}

# Said here, where the servers that are left are reached, before the run gives up on those that are not. Servers whose
# hosts answer can be started, and are no reason to stop.
check_quorum() {
  is_applied && runs || return 0
  ! await_agent "$RESTING_S" || return 0
  # Of a busy agent that does not say so in time it is as true.
  [ "$(own_evidence)" = waiting ] || die_without_quorum
}

# Consul refuses to rejoin with data that is older than server_rejoin_age_max, after a minute of trying.
check_data_age() {
  local seen='' age_s='' limit_s=''
  seen=$(json_lines 2>/dev/null <"$(staged_fact data_dir)/server_metadata.json" | sed -n 's/^last_seen_unix\t//p') || return 0
  [ -n "$seen" ] || return 0
  age_s=$(($(date +%s) - seen))
  limit_s=$(staged_fact rejoin_age_s)
  [ "$age_s" -ge "$limit_s" ] || return 0
  if find_agent; then
    die "the data in $(staged_fact data_dir) is $((age_s / 86400)) days old, and Consul refuses to join with it (server_rejoin_age_max is $((limit_s / 3600))h); the other servers hold what is newer, so set wipeData for this server and it begins anew; $untouched"
  fi
  die "the data in $(staged_fact data_dir) is $((age_s / 86400)) days old, and Consul refuses to start with it (server_rejoin_age_max is $((limit_s / 3600))h); no server serves now, so this may be all there is: set extraConfig: { server_rejoin_age_max: \"$((age_s / 3600 + 48))h\" }, run, and take it back after that. Do not wipe it; $untouched"
}

# Consul cannot read the data of a newer release for certain: who goes back says so by name.
check_downgrade() {
  local applied=''
  applied=$(applied_release)
  [ -n "$applied" ] && [ "$applied" != "$version" ] && [ "$allowDowngradeTo" != "$version" ] || return 0
  # With a tilde, a candidate comes before its release.
  [ "$(printf '%s\n%s\n' "$applied" "$version" | tr - '~' | sort -V | sed -n 1p | tr '~' -)" = "$applied" ] ||
    die "Consul $applied runs here, and Consul does not support a downgrade to $version; restore a snapshot instead, or set allowDowngradeTo: $version; $untouched"
}

# `consul validate` never opens them, and Consul would not start.
check_certificate_files() {
  local file='' settings=''
  for settings in "$STAGED_CONFIG"/*.json; do
    json_lines <"$settings" || die "$settings is no JSON; $untouched"
  done | awk -F '\t' '$1 ~ /(^|\.)(ca_file|cert_file|key_file|ca_path)$/ && $2 != "" && !seen[$2]++ { print $2 }' |
    while read -r file; do
      # Staged with the secrets, and there once the set is the active one.
      case $file in "$(staged_fact config_dir)"/tls/*) [ -z "$(staged_certificate)" ] || continue ;; esac
      runuser -u consul -- test -r "$file" </dev/null ||
        die "the settings name $file, which the user consul cannot read; $untouched"
    done
}

# systemd hands the folder of a socket to Consul when it starts the unit, and takes it away with all that is in it.
check_socket_folder() {
  local name=''
  name=$(socket_folder_name "$STAGED_CONFIG/consul.service")
  if [ -z "$name" ] || [ "$name" = "$(socket_folder_name "$UNIT")" ]; then return; fi
  if [ -e "/run/$name" ] || [ -L "/run/$name" ]; then
    die "/run/$name is there already, and not of this server: name a folder of its own for the socket, such as unix:///run/consul-api/http.sock; $untouched"
  fi
}

# Looked at whenever anything changes: a server that restarts on a full disk does not come back.
check_disk() { check_room "$(staged_fact data_dir)" "$DATA_MIB" "a server that changes needs $DATA_MIB"; }

# Whatever is remembered of a switch is written here, which may be a disk of its own.
check_state_disk() { check_room "$STATE" "$STATE_MIB" "what is remembered of a change needs $STATE_MIB"; }

check_room() {
  local free=''
  free=$(free_mib "$1")
  [ "$free" -ge "$2" ] || die "$1 has $free MiB free, and $3; make room there; $untouched"
}

verify() {
  local candidate='' verdict=''
  # In memory, and gone when the script ends.
  chmod 0755 "$RUN"
  candidate=$(mktemp -d "$RUN/candidate.XXXXXX")
  # shellcheck disable=SC2064  # the folder of now
  trap "rm -rf '$candidate'" EXIT
  trap 'exit 1' HUP INT TERM
  [ ! -e "$STAGED_CONFIG/bootstrap.json" ] || cp "$STAGED_CONFIG/bootstrap.json" "$candidate/"
  check_certificate_files
  cp "$STAGED_CONFIG"/[0-9]*.json "$STAGED"/secrets/*.json "$candidate/"
  chgrp -R consul "$candidate"
  chmod 0750 "$candidate"
  chmod 0640 "$candidate"/*.json
  if ! verdict=$(timeout 30 runuser -u consul -- "$RELEASES/$version/consul" validate "$candidate" 2>&1); then
    die "Consul $version refuses the settings; $untouched:
$(printf '%s\n' "$verdict" | sed "s|$candidate/||g" | without_secrets)"
  fi
}

# For the program, which does not know what a run that was cut off has brought to its end here. Between marks: a login shell may
# print something of its own.
print_applied() {
  echo "consul-cluster: begin"
  echo "applied $(applied_word)"
  echo "consul-cluster: end"
}

main() {
  local data_stays=yes
  owner='' version='' allowDowngradeTo='' secrets='' tokens='' certificate='' wipeData=''
  take "name owner version allowDowngradeTo secrets tokens certificate wipeData" "$@"
  lock "config"
  require_own_host
  require_secrets "$secrets" "$tokens" "$certificate"
  require_owner
  require_facts "$untouched"
  mkdir -p "$STAGED"
  check_state_disk
  receive_settings
  check_certificate_time "$untouched"
  if find_own_agent; then tell_of_a_lost_socket; fi
  check_fixed_settings
  check_socket_folder
  check_config_folder "$untouched"
  # Data that is about to be given up is nobody's trouble.
  ! will_be_wiped "$wipeData" "$(staged_fact data_dir)" || data_stays=no
  [ "$data_stays" = no ] || check_disk
  if is_client; then
    [ "$data_stays" = no ] || check_key_of_client
    check_ca_of_client
  else
    check_downgrade
    check_quorum
    [ "$data_stays" = no ] || { runs || check_data_age; check_gossip_key; }
  fi
  verify
  stage_received_settings
  say "settings staged and verified with Consul $version"
  print_applied
}

main "$@"

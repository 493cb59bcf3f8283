# shellcheck shell=sh
# shellcheck disable=SC2154  # what over-ssh.sh sets, behind which this stands
# globals: name patience
# Looks whether a host lets somebody in and runs something, before any step reaches for it. The steps' own connections are
# the Command plugin's, which bounds a TCP connect and nothing else: a host that accepts the connection and says nothing
# would hold the run for ever, and one behind a bastion that nobody answers at for half an hour.
#
#   reach.sh KEY=VALUE...
#
# KEYs: name; patience: seconds until it has to answer, for it may be booting. The environment's CONSUL_CLUSTER_PATIENCE
# stands in its place; 0 leaves the look out.

take() {
  local pair=''
  for pair in "$@"; do
    case ${pair%%=*} in
      name | patience) eval "${pair%%=*}=\${pair#*=}" ;;
      *) die "unknown setting ${pair%%=*}" ;;
    esac
  done
}

main() {
  local deadline='' why='' last='' advice=''
  name='' patience=''
  take "$@"
  unpack_access
  patience=${CONSUL_CLUSTER_PATIENCE:-$patience}
  [ "$patience" != 0 ] || return 0
  # Steps that wait too long are better than none.
  command -v ssh >/dev/null 2>&1 || {
    say "ssh is not installed on the computer that runs Pulumi, so nobody looks first whether the host answers; install it, for a host that says nothing holds the run for ever"
    return 0
  }
  deadline=$(($(date +%s) + patience))
  until logs_in "$name"; do
    why=$(why_not_reached "$name")
    [ "$(date +%s)" -lt "$deadline" ] || {
      said_of "$name" >&2
      [ "$why" != away ] || why="nothing answers" advice="; if a run was cut off while it deleted this machine, raise its generation"
      die "cannot be reached over SSH: $why at $(where_is "$name"), for $patience s by now. Nothing was changed on it. Mend that and run it again$advice"
    }
    [ "$why" = "$last" ] || say "is waited for: $(echo "$why" | sed 's/^away$/nothing answers yet/')"
    last=$why
    sleep 1
  done
}

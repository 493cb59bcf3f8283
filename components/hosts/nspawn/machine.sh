#!/bin/sh
# One machine on this computer: a folder with a root file system, booted with systemd-nspawn.
#
#   machine.sh create KEY=VALUE...   make it and boot it, or bring an existing one to these settings;
#                                    prints {"machineId":...,"hostKey":...} and nothing else on stdout
#   machine.sh delete KEY=VALUE...   power off and remove; the bridge goes with its last machine
#   machine.sh start|stop|kill|pid directory=DIR name=NAME
#
# KEYs: directory name address gateway bridge image user publicKey share owner. With an owner, another's machine is
# refused, or at its deletion left as it is; without, it is a person who says so.
# Runs as root and may be cut off anywhere and run again. Pulumi feeds it through stdin (`sh -s`), its parts
# before it: so all of it stands in functions, and the last line starts them once the whole text is read.

set -eu

case $0 in
  */machine.sh)
    # shellcheck source=power.sh
    . "${0%/*}/power.sh"
    # shellcheck source=contents.sh
    . "${0%/*}/contents.sh"
    # shellcheck source=owner.sh
    . "${0%/*}/owner.sh"
    ;;
esac

say() { printf '%s: %s\n' "${name:-machine}" "$*" >&2; }
die() { say "$*"; exit 1; }

# ---------------------------------------------------------------- settings

read_settings() {
  directory='' name='' address='' gateway='' bridge='' image='' user='' publicKey='' share='' owner=''
  for pair in "$@"; do
    case $pair in
      directory=*) directory=${pair#*=} ;;
      name=*) name=${pair#*=} ;;
      address=*) address=${pair#*=} ;;
      gateway=*) gateway=${pair#*=} ;;
      bridge=*) bridge=${pair#*=} ;;
      image=*) image=${pair#*=} ;;
      user=*) user=${pair#*=} ;;
      publicKey=*) publicKey=${pair#*=} ;;
      share=*) share=${pair#*=} ;;
      owner=*) owner=${pair#*=} ;;
      *) die "unknown setting ${pair%%=*}" ;;
    esac
  done
  if [ -z "$directory" ] || [ -z "$name" ]; then die "directory and name are needed"; fi
  machine=$directory/machines/$name
  root=$machine/root
  # Under /run, so that a reboot of this computer forgets it by itself.
  pid_file=/run/consul-cluster/machines/$name.pid
}

# What a boot depends on; `start` reads it back after a power cut.
boot_settings() { printf 'bridge=%s\ngateway=%s\nshare=%s\naddress=%s\n' "$bridge" "$gateway" "$share" "$address"; }

save_boot_settings() {
  boot_settings >"$machine/boot.new"
  mv "$machine/boot.new" "$machine/boot"
}

load_boot_settings() {
  [ -r "$machine/boot" ] || die "there is no machine in $machine; \`pulumi up\` makes it"
  while IFS='=' read -r key value; do
    case $key in
      bridge) bridge=$value ;;
      gateway) gateway=$value ;;
      share) share=$value ;;
      address) address=$value ;;
    esac
  done <"$machine/boot"
}

# ---------------------------------------------------------------- verbs

create() {
  refuse_anothers
  refuse_twins
  mkdir -p "$machine"
  chmod 0755 "$directory" "$machine"
  note_owner
  # A machine that runs is never powered off for a setting: it may be a server of a cluster.
  if running_pid >/dev/null && [ "$(boot_settings)" != "$(cat "$machine/boot" 2>/dev/null)" ]; then
    say "takes over bridge, gateway and share when it boots the next time"
  fi
  unpack_image
  configure
  save_boot_settings
  power_on
  say "waiting for SSH at $address"
  wait_for_ssh
  printf '{"machineId":"%s","hostKey":"%s"}\n' \
    "$(chroot "$root" cat /etc/machine-id)" "$(host_key)"
}

remove() {
  if [ -n "$owner" ] && is_anothers; then
    say "stays as it is: it is $(whose)"
    return 0
  fi
  power_off
  # The root first, so that what a cut leaves of it still has its owner.
  rm -rf --one-file-system "$root"
  rm -rf --one-file-system "$machine"
  [ -z "$bridge" ] || with_bridge_lock bridge_down_if_unused
  rmdir "$directory/machines" 2>/dev/null || true
}

main() {
  verb=$1
  shift
  read_settings "$@"
  [ "$(id -u)" -eq 0 ] || die "needs root"
  mkdir -p /run/consul-cluster/machines
  exec 9>"/run/consul-cluster/machines/$name.lock"
  flock -w 120 9 || die "another run works on this machine for more than 120 s"
  case $verb in
    create) umask 022; create ;;
    delete) remove ;;
    start) load_boot_settings; power_on; wait_for_ssh ;;
    stop) shut_down ;;
    kill) power_off ;;
    pid) running_pid ;;
    *) die "unknown verb $verb" ;;
  esac
}

main "$@" </dev/null

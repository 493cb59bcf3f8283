#!/bin/sh
# One machine on this computer: a folder with a root file system, booted with systemd-nspawn.
#
#   machine.sh create KEY=VALUE...   make it and boot it, or bring an existing one to these settings;
#                                    prints {"machineId":...,"hostKey":...} and nothing else on stdout
#   machine.sh delete KEY=VALUE...   power off and remove; the bridge goes with its last machine
#   machine.sh start|stop|kill|pid directory=DIR name=NAME
#
# KEYs: directory name address gateway bridge image user publicKey share.
# Runs as root, may be cut off anywhere and run again, and is fed through stdin (`sh -s`): so all of it
# stands in functions, and the last line starts them once the whole text has been read.

set -eu

say() { printf '%s: %s\n' "${name:-machine}" "$*" >&2; }
die() { say "$*"; exit 1; }

# ---------------------------------------------------------------- settings

read_settings() {
  directory='' name='' address='' gateway='' bridge='' image='' user='' publicKey='' share=''
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

# ---------------------------------------------------------------- bridge

# The alias marks a bridge as ours: one that somebody else made is used, but never removed.
bridge_up() {
  if [ ! -e "/sys/class/net/$bridge" ]; then
    ip link add name "$bridge" type bridge
    ip link set dev "$bridge" alias consul-cluster
  fi
  ip -o addr show dev "$bridge" | grep -qF " $gateway " || ip addr add "$gateway" dev "$bridge"
  ip link set dev "$bridge" up
}

bridge_down_if_unused() {
  [ "$(cat "/sys/class/net/$bridge/ifalias" 2>/dev/null)" = consul-cluster ] || return 0
  [ -z "$(ls "/sys/class/net/$bridge/brif")" ] || return 0
  ip link del dev "$bridge"
  say "bridge $bridge removed, no machine is left on it"
}

with_bridge_lock() {
  mkdir -p /run/consul-cluster
  (
    flock -w 60 8 || die "another run holds the bridge for more than 60 s"
    "$@"
  ) 8>/run/consul-cluster/bridge.lock
}

# ---------------------------------------------------------------- power

# Process id of systemd-nspawn. The command line is compared, so that a reused number is not taken for it.
running_pid() {
  pid=$(cat "$pid_file" 2>/dev/null) || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "-D $root " || return 1
  echo "$pid"
}

# Names and addresses are this computer's: another stack may have taken them.
refuse_twins() {
  if ! running_pid >/dev/null; then
    other=$(cat "$pid_file" 2>/dev/null || echo none)
    other=$(tr '\0' ' ' 2>/dev/null <"/proc/$other/cmdline" || true) 2>/dev/null
    case $other in *systemd-nspawn*) die "a machine of this name runs already: $other" ;; esac
  fi
  for boot in "$directory"/machines/*/boot; do
    if [ "$boot" != "$machine/boot" ] && grep -qsxF "address=$address" "$boot"; then
      die "the address $address belongs to the machine in ${boot%/boot}"
    fi
  done
}

power_on() {
  if running_pid >/dev/null; then return 0; fi
  with_bridge_lock bridge_up
  # A machine that lost its power leaves its end of the link behind for a moment.
  ip link del dev "vb-$name" 2>/dev/null || true
  mkdir -p "${pid_file%/*}"
  set -- -q -D "$root" --boot --register=no --keep-unit "--network-bridge=$bridge" \
    -M "$name" --console=pipe --resolv-conf=off --timezone=off --link-journal=no
  [ -z "$share" ] || set -- "$@" "--bind-ro=$share"
  if [ -d /run/systemd/system ]; then
    boot_as_service "$@"
  else
    boot_as_process "$@"
  fi
}

# Either way the machine outlives the command that booted it, and has a control group of its own: machines
# that shared one would tear down each other's services, which have the same names.

boot_as_service() {
  systemd-run --quiet --collect --unit="consul-cluster-$name" -p Delegate=yes -p KillMode=mixed \
    -p "StandardOutput=append:$machine/console.log" -p "StandardError=append:$machine/console.log" \
    systemd-nspawn "$@"
  systemctl show -p MainPID --value "consul-cluster-$name.service" >"$pid_file"
}

boot_as_process() {
  groups=$(control_groups)
  # shellcheck disable=SC2086  # a list of folders
  mkdir -p $groups
  # shellcheck disable=SC2016  # expanded by the inner shell, which becomes systemd-nspawn
  setsid sh -c 'for group in $1; do echo $$ >"$group/cgroup.procs"; done; shift; exec systemd-nspawn "$@"' \
    sh "$groups" "$@" </dev/null >>"$machine/console.log" 2>&1 8>&- 9>&- & # locks stay with this shell
  echo $! >"$pid_file"
}

# The machine's folder in the unified hierarchy, or in each old one that systemd uses.
control_groups() {
  if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
    echo "/sys/fs/cgroup/consul-cluster/$name"
    return
  fi
  for hierarchy in systemd unified cpu cpuacct cpu,cpuacct blkio memory devices pids; do
    [ ! -f "/sys/fs/cgroup/$hierarchy/cgroup.procs" ] || echo "/sys/fs/cgroup/$hierarchy/consul-cluster/$name"
  done
}

remove_control_groups() {
  for group in $(control_groups); do
    [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
    rmdir "${group%/*}" 2>/dev/null || true
  done
}

host_key() { chroot "$root" cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub; }

answers_with_own_key() {
  ssh-keyscan -T 1 -t ed25519 "$address" 2>/dev/null | grep -qF "$(host_key)"
}

# sshd answers earlier than the machine lets anybody in: pam_nologin waits for the end of the boot.
booted() {
  init=$(cat "/proc/$(running_pid)/task/"*/children 2>/dev/null | tr -d ' ') && [ -n "$init" ] || return 1
  [ -e "/proc/$init/root/run/systemd/system" ] && [ ! -e "/proc/$init/root/run/nologin" ]
}

wait_for_ssh() {
  deadline=$(($(date +%s) + 90))
  until answers_with_own_key && booted; do
    running_pid >/dev/null || { tail -n 20 "$machine/console.log" >&2; die "the machine stopped while it booted; above is the end of $machine/console.log"; }
    [ "$(date +%s)" -lt "$deadline" ] || { tail -n 20 "$machine/console.log" >&2; die "no answer from SSH at $address within 90 s; above is the end of $machine/console.log"; }
    sleep 0.2
  done
}

# Hard: the init of the machine is killed, as if its plug were pulled.
power_off() {
  pid=$(running_pid) || { rm -f "$pid_file"; return 0; }
  init=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null || true)
  # shellcheck disable=SC2086  # a list of process ids
  [ -z "$init" ] || kill -KILL $init 2>/dev/null || true
  await_end "$pid" 10 || { kill -KILL "$pid" 2>/dev/null || true; await_end "$pid" 5 || die "process $pid does not end"; }
  forget_process
}

# Soft: systemd in the machine is asked to power off.
shut_down() {
  pid=$(running_pid) || { rm -f "$pid_file"; return 0; }
  kill -TERM "$pid"
  await_end "$pid" 40 || power_off
  forget_process
}

forget_process() {
  rm -f "$pid_file"
  remove_control_groups
}

await_end() {
  tenths=$(($2 * 10))
  while kill -0 "$1" 2>/dev/null && [ "$tenths" -gt 0 ]; do
    sleep 0.1
    tenths=$((tenths - 1))
  done
  ! kill -0 "$1" 2>/dev/null
}

# ---------------------------------------------------------------- contents

# Unpacked beside its place and moved there whole: a folder that stands is a complete one.
unpack_image() {
  [ ! -d "$root" ] || return 0
  [ -r "$image" ] || die "the image $image is not there or not readable"
  say "unpacking $image"
  rm -rf "$root.partial"
  mkdir -p "$root.partial"
  tar -x --numeric-owner -p -C "$root.partial" -f "$image" || die "$image does not unpack"
  for program in sshd:/usr/sbin/sshd sudo:/usr/bin/sudo systemd:/usr/lib/systemd/systemd; do
    [ -x "$root.partial${program#*:}" ] || die "$image holds no ${program%%:*}"
  done
  # What identifies a machine is never taken from an image, or all of them would be the same machine.
  rm -f "$root.partial"/etc/ssh/ssh_host_* "$root.partial/etc/machine-id"
  mv "$root.partial" "$root"
}

# Runs inside of the machine's own root, where no link of its making leads out.
configure() {
  chroot "$root" sh -eu -s -- "$name" "$address" "${gateway#*/}" "${gateway%/*}" "$user" "$publicKey" \
    "$(tr -d '-' </proc/sys/kernel/random/uuid)" <<'END'
name=$1 address=$2 prefix=$3 gateway=$4 user=$5 publicKey=$6 id=$7
umask 022
echo "$name" >/etc/hostname
printf '127.0.0.1 localhost\n%s %s\n' "$address" "$name" >/etc/hosts
# The image's own resolver is out of reach; this computer may run one on the bridge.
rm -f /etc/resolv.conf
echo "nameserver $gateway" >/etc/resolv.conf
mkdir -p /etc/systemd/network
printf '[Match]\nName=host0\n\n[Network]\nAddress=%s/%s\nLinkLocalAddressing=no\n' "$address" "$prefix" \
  >/etc/systemd/network/10-host0.network
grep -qs '^[0-9a-f]\{32\}$' /etc/machine-id || echo "$id" >/etc/machine-id
# The host key is made before the machine has ever answered: clients know it beforehand.
[ -s /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N '' -C "$name" -f /etc/ssh/ssh_host_ed25519_key
id "$user" >/dev/null 2>&1 || useradd -m -U -s /bin/bash "$user"
home=$(getent passwd "$user" | cut -d: -f6)
install -d -m 0700 -o "$user" -g "$user" "$home/.ssh"
printf '%s\n' "$publicKey" >"$home/.ssh/authorized_keys"
printf '%s ALL=(ALL) NOPASSWD: ALL\n' "$user" >"/etc/sudoers.d/90-$user"
chmod 0440 "/etc/sudoers.d/90-$user"
systemctl --quiet enable systemd-networkd.service ssh.service 2>/dev/null
END
}

# ---------------------------------------------------------------- verbs

create() {
  refuse_twins
  # Only what a boot depends on costs one: a login user or key is changed on the running machine.
  [ "$(boot_settings)" = "$(cat "$machine/boot" 2>/dev/null)" ] || power_off
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
  power_off
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
    create) umask 022; mkdir -p "$machine"; chmod 0755 "$directory" "$machine"; create "$@" ;;
    delete) remove ;;
    start) load_boot_settings; power_on; wait_for_ssh ;;
    stop) shut_down ;;
    kill) power_off ;;
    pid) running_pid ;;
    *) die "unknown verb $verb" ;;
  esac
}

main "$@" </dev/null

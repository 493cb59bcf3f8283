# shellcheck shell=sh
# shellcheck disable=SC2154  # the settings are read by machine.sh
# A machine's power and its network: bridge, boot, power off. A part of machine.sh.

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

# Process id of systemd-nspawn. The command line is compared, so that a reused number is not taken for it.
running_pid() {
  pid=$(cat "$pid_file" 2>/dev/null) || return 1
  { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF -- "-D $root " || return 1
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

# Processes whose root the machine's is: what is left of one whose systemd-nspawn was killed goes on by itself, and a second
# machine on the same disk would write over it. Known by the folder, for its path is another one inside.
survivors() {
  own=$(stat -Lc %d:%i "$root" 2>/dev/null) || return 0
  { stat -Lc '%d:%i %n' /proc/[0-9]*/root 2>/dev/null || true; } | awk -v own="$own" -F '[ /]' '$1 == own { print $4 }'
}

# As if its plug were pulled, which it can stand.
end_survivors() {
  tries=50
  while left=$(survivors) && [ -n "$left" ]; do
    [ "$tries" -ne 50 ] || say "what its systemd-nspawn has left behind is ended first"
    [ "$tries" -gt 0 ] || die "its processes do not end: $(echo "$left" | paste -sd ' ' -); nothing is booted beside them"
    # shellcheck disable=SC2086  # a list of process ids
    kill -KILL $left 2>/dev/null || true
    tries=$((tries - 1))
    sleep 0.1
  done
}

power_on() {
  if running_pid >/dev/null; then return 0; fi
  end_survivors
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
  pid=$(running_pid) || { end_survivors; rm -f "$pid_file"; return 0; }
  init=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null || true)
  # shellcheck disable=SC2086  # a list of process ids
  [ -z "$init" ] || kill -KILL $init 2>/dev/null || true
  await_end "$pid" 10 || { kill -KILL "$pid" 2>/dev/null || true; await_end "$pid" 5 || die "process $pid does not end"; }
  forget_process
}

# Soft: systemd in the machine is asked to power off.
shut_down() {
  pid=$(running_pid) || { end_survivors; rm -f "$pid_file"; return 0; }
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

#!/bin/sh
# An instance of the lab's EC2: a machine of this computer as its image and cloud-init make it. Nothing is done to it from outside that
# EC2 would not do: the address stands for its DHCP, the seed for its metadata, a loop device for a volume.
#
#   instance.sh boot KEY=VALUE... <USER-DATA     makes the machine where there is none, and boots it with its `volumes`
#   instance.sh stop|end KEY=VALUE...            powers it off in order; ends it, and takes it away
#   instance.sh attach KEY=VALUE... VOLUME FILE MIB
#   instance.sh drop FILE                        takes a volume away
#
# KEYs: directory name id address gateway bridge image share user publicKey volumes, the last of them files, one after the other with
# spaces between. Runs as root.
# shellcheck disable=SC2034  # what is set here is read by the parts
set -eu

# shellcheck source=../../components/hosts/nspawn/power.sh
. "${0%/*}/../../components/hosts/nspawn/power.sh"
# shellcheck source=../../components/hosts/nspawn/contents.sh
. "${0%/*}/../../components/hosts/nspawn/contents.sh"

say() { printf '%s: %s\n' "${name:-instance}" "$*" >&2; }
die() { say "$*"; exit 1; }

read_settings() {
  directory='' name='' id='' address='' gateway='' bridge='' image='' share='' user='' publicKey='' volumes=''
  for pair in "$@"; do
    value=${pair#*=}
    case $pair in
      directory=*) directory=$value ;;
      name=*) name=$value ;;
      id=*) id=$value ;;
      address=*) address=$value ;;
      gateway=*) gateway=$value ;;
      bridge=*) bridge=$value ;;
      image=*) image=$value ;;
      share=*) share=$value ;;
      user=*) user=$value ;;
      publicKey=*) publicKey=$value ;;
      volumes=*) volumes=$value ;;
      *) die "unknown setting ${pair%%=*}" ;;
    esac
  done
  machine=$directory/machines/$name
  root=$machine/root
  pid_file=/run/consul-cluster/machines/$name.pid
  nspawn_file=/run/systemd/nspawn/$name.nspawn
}

boot() {
  mkdir -p "$machine" /run/consul-cluster/machines
  if [ ! -e "$machine/boot" ]; then
    unpack_image
    launch
    # Who looks for what a run has left finds it by this file.
    printf 'bridge=%s\ngateway=%s\nshare=%s\naddress=%s\n' "$bridge" "$gateway" "$share" "$address" >"$machine/boot"
  fi
  bind_files
  # What a command line binds hides the file's.
  share=''
  power_on
}

# A disk that stays attached is there when its machine boots again.
bind_files() {
  mkdir -p "${nspawn_file%/*}"
  printf '[Files]\nBindReadOnly=%s\n' "$share" >"$nspawn_file"
  for file in $volumes; do
    printf 'Bind=%s\n' "$(loop_device "$file")" >>"$nspawn_file"
  done
}

# What EC2 gives to a new instance. The image's own cloud-init makes the login user, its key and the host key of that.
launch() {
  seed=$root/var/lib/cloud/seed/nocloud
  mkdir -p "$seed"
  cat >"$seed/user-data"
  chmod 0600 "$seed/user-data"
  {
    printf 'instance-id: %s\nlocal-hostname: ip-%s\n' "$id" "$(printf '%s' "$address" | tr . -)"
    printf 'public-keys:\n  - %s\n' "$publicKey"
  } >"$seed/meta-data"
  printf 'datasource_list: [NoCloud]\nnetwork: { config: disabled }\nsystem_info: { default_user: { name: %s } }\n' "$user" \
    >"$root/etc/cloud/cloud.cfg.d/99-lab.cfg"
  rm -f "$root/etc/cloud/cloud-init.disabled"
  printf '[Match]\nName=host0\n\n[Network]\nAddress=%s/%s\nDNS=%s\nLinkLocalAddressing=no\n' "$address" "${gateway#*/}" "${gateway%/*}" \
    >"$root/etc/systemd/network/10-host0.network"
  # The VPC's DNS knows an instance by its name, and the lab's does not.
  printf '127.0.0.1 localhost\n%s ip-%s\n' "$address" "$(printf '%s' "$address" | tr . -)" >"$root/etc/hosts"
  # As images of clouds have it: the system's resolver listens on 127.0.0.53, and programs ask it.
  ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
  mount_by_fstab
  tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
  systemctl --quiet --root="$root" enable systemd-networkd.service systemd-resolved.service ssh.service 2>/dev/null
}

# A machine's udev links its disks by what is on them, and its systemd mounts those of /etc/fstab. A container has no udev, and its
# systemd leaves them out.
mount_by_fstab() {
  mkdir -p "$root/etc/systemd/system-generators"
  install -m 0755 "${0%/*}/fstab-generator.sh" "$root/etc/systemd/system-generators/lab-fstab"
  install -m 0755 "${0%/*}/link-disks.sh" "$root/usr/local/sbin/lab-disks"
  cat >"$root/etc/systemd/system/lab-disks.service" <<'END'
[Unit]
Description=Links of disks by their UUID
DefaultDependencies=no
Wants=local-fs-pre.target
Before=local-fs-pre.target

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/lab-disks
END
  systemctl --quiet --root="$root" add-wants sysinit.target lab-disks.service
}

# Its files take longer to go than EC2 does to end an instance: nobody waits for them.
end() {
  power_off
  rm -f "$nspawn_file"
  mkdir -p "$directory/ended"
  if [ -d "$machine" ]; then mv "$machine" "$directory/ended/$name"; fi
  with_bridge_lock bridge_down_if_unused
  {
    rm -rf --one-file-system "$directory/ended/$name"
    drop_empty "$directory" ended machines
  } >/dev/null 2>&1 &
}

# What nobody has anything in any more goes: the folders $2 and further of the folder $1, and that one.
drop_empty() {
  folder=$1
  shift
  for part; do rmdir "$folder/$part" 2>/dev/null || true; done
  rmdir "$folder" 2>/dev/null || true
}

# Gives a volume to a machine that runs, under the name by which EC2 shows it. A GiB of it is so many MiB here.
attach() {
  volume=$1 file=$2 size=$3
  if [ ! -e "$file" ]; then
    mkdir -p "${file%/*}"
    truncate -s "${size}M" "$file"
  fi
  device=$(loop_device "$file")
  link=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$(printf '%s' "$volume" | tr -d -)
  # shellcheck disable=SC2016  # expanded in the machine
  nsenter -t "$(init_of)" -m -- sh -euc \
    '[ -e "$1" ] || mknod "$1" b 7 "${1#/dev/loop}"; mkdir -p "${2%/*}"; ln -sf "$1" "$2"' sh "$device" "$link"
}

init_of() {
  pid=$(running_pid) || die "it does not run"
  tries=100
  until init=$(cat "/proc/$pid/task/"*/children 2>/dev/null | tr -d ' ') && [ -n "$init" ] && [ -d "/proc/$init/root/run/systemd/system" ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || die "its init has not come"
    sleep 0.1
  done
  echo "$init"
}

loop_device() {
  device=$(device_of "$1")
  [ -n "$device" ] || device=$(losetup -f --show "$1")
  echo "$device"
}

device_of() { losetup -nl -O NAME -j "$1" | head -n 1 | tr -d ' '; }

drop() {
  device=$(device_of "$1")
  [ -z "$device" ] || losetup -d "$device"
  rm -f "$1"
  volumes=${1%/*}
  drop_empty "${volumes%/*}" "${volumes##*/}"
}

verb=$1
shift
case $verb in
  attach)
    volume=$1 file=$2 size=$3
    shift 3
    read_settings "$@"
    attach "$volume" "$file" "$size"
    ;;
  drop) drop "$1" ;;
  *)
    read_settings "$@"
    case $verb in
      boot) boot ;;
      stop) shut_down ;;
      end) end ;;
      *) die "unknown verb $verb" ;;
    esac
    ;;
esac

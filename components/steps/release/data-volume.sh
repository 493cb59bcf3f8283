# shellcheck shell=sh
# shellcheck disable=SC2154  # the settings are read by install-release.sh
# globals: device
# Mounts the volume that holds Consul's data. A part of what arrives with install-release.sh.

DEVICE_WAIT_S=120 # a volume is attached after the machine has booted

mount_data_volume() {
  local mounted=''
  device=$(await_device) || die "the volume $dataVolume is not attached to this host, and did not come within $DEVICE_WAIT_S s; nothing was changed"
  mounted=$(findmnt -nro SOURCE --mountpoint "$dataDir" || true)
  if [ -n "$mounted" ]; then
    [ "$(readlink -f "$mounted")" = "$device" ] ||
      die "$mounted is mounted on $dataDir, and not the volume $dataVolume; nothing was changed"
  else
    make_file_system
    enter_in_fstab
    mkdir -p "$dataDir"
    mount "$dataDir"
    say "volume $dataVolume mounted on $dataDir"
  fi
  # The volume may have grown.
  resize2fs "$device" >/dev/null 2>&1 || true
}

# The kernel names disks in the order in which they turn up; only the serial number tells which is which.
await_device() {
  local serial='' limit='' found=''
  serial=$(printf '%s' "$dataVolume" | tr -d -)
  limit=$(deadline "$DEVICE_WAIT_S")
  until found=$(readlink -e "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$serial"); do
    ! passed "$limit" || return 1
    sleep 1
  done
  printf '%s\n' "$found"
}

# Only where there is nothing at all: what is on the volume is never overwritten.
make_file_system() {
  local kind='' status=0
  kind=$(blkid -p -s TYPE -o value "$device") || status=$?
  case $status in
    0) [ "$kind" = ext4 ] || die "the volume $dataVolume holds ${kind:-something that is no file system}, not ext4; nothing was changed" ;;
    2) mkfs.ext4 -q -m 1 "$device"; say "volume $dataVolume made an ext4 file system" ;;
    *) die "the volume $dataVolume cannot be read; nothing was changed" ;;
  esac
}

# By its own number, so that it is found under any name. Consul's unit asks for the mount (RequiresMountsFor):
# without the volume Consul does not start, but the machine does, and can be looked at.
enter_in_fstab() {
  local uuid=''
  uuid=$(blkid -s UUID -o value "$device")
  grep -v " $dataDir ext4 " /etc/fstab >/etc/fstab.new || true
  printf 'UUID=%s %s ext4 noatime,nofail,x-systemd.device-timeout=60s 0 2\n' "$uuid" "$dataDir" >>/etc/fstab.new
  mv /etc/fstab.new /etc/fstab
  systemctl daemon-reload
}

#!/bin/sh
# In an instance, before its disks are mounted: links them by their UUID, as udev does, of which a container has none.
set -eu

mkdir -p /dev/disk/by-uuid
for disk in /dev/loop[0-9]*; do
  if uuid=$(blkid -p -s UUID -o value "$disk"); then ln -sf "$disk" "/dev/disk/by-uuid/$uuid"; fi
done

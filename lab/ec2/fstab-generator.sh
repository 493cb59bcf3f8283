#!/bin/sh
# A generator of systemd in an instance: has what /etc/fstab says of disks mounted, which systemd leaves out in a container.
#
#   fstab-generator.sh UNITS ...
set -eu

while read -r what where type options _; do
  case $what in UUID=*) ;; *) continue ;; esac
  unit=$(systemd-escape --path --suffix=mount "$where")
  printf '[Unit]\nSourcePath=/etc/fstab\n\n[Mount]\nWhat=%s\nWhere=%s\nType=%s\nOptions=%s\n' \
    "$what" "$where" "$type" "$options" >"$1/$unit"
  mkdir -p "$1/local-fs.target.wants"
  ln -s "../$unit" "$1/local-fs.target.wants/$unit"
done </etc/fstab

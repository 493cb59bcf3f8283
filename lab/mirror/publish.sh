#!/bin/sh
# Copies a folder to where all may read it, whole or not at all:  publish.sh FROM TO   (as root)
#
# What is there stays, unless it was signed by another key than FROM is, or by none. private.asc is for root alone.

set -eu
umask 077

from=$1
to=$2
key=signing-key.asc

( umask 022; mkdir -p "$(dirname "$to")" )
exec 9>"$(dirname "$to")/.lock"
flock 9
if [ -e "$to" ]; then
  if [ ! -e "$from/$key" ] || cmp -s "$from/$key" "$to/$key"; then exit 0; fi
fi

draft=$(dirname "$to")/.$(basename "$to").draft
rm -rf "$draft" "$draft.old"
mkdir -m 755 "$draft"
cp "$from"/* "$draft"
for file in "$draft"/*; do
  case $file in */private.asc) chmod 600 "$file" ;; *) chmod 644 "$file" ;; esac
done
[ ! -e "$to" ] || mv "$to" "$draft.old"
mv "$draft" "$to"
rm -rf "$draft.old"

#!/bin/sh
# Copies a folder to where all may read it, whole or not at all:  publish.sh FROM TO   (as root)

set -eu

from=$1
to=$2

mkdir -p "$(dirname "$to")"
exec 9>"$(dirname "$to")/.lock"
flock 9
if [ -e "$to" ]; then exit 0; fi

draft=$(dirname "$to")/.$(basename "$to").draft
rm -rf "$draft"
mkdir -m 755 "$draft"
cp "$from"/* "$draft"
chmod 644 "$draft"/*
mv "$draft" "$to"

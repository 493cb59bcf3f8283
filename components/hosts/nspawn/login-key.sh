#!/bin/sh
# The key pair that opens a cluster's machines: made once, kept in DIRECTORY/keys/CLUSTER, root's alone.
# Prints the private key, an empty line, the public key. Fed through stdin.
#
#   login-key.sh create|delete DIRECTORY CLUSTER
set -eu

main() {
  folder=$2/keys/$3
  case $1 in
    create)
      umask 077
      mkdir -p "$2" "$folder"
      chmod 0755 "$2"
      if [ ! -s "$folder/id_ed25519.pub" ]; then
        rm -f "$folder/id_ed25519"
        ssh-keygen -q -t ed25519 -N '' -C "consul-cluster $3" -f "$folder/id_ed25519"
      fi
      cat "$folder/id_ed25519"
      echo
      cat "$folder/id_ed25519.pub"
      ;;
    delete)
      rm -rf "$folder"
      rmdir "$2/keys" "$2" 2>/dev/null || true
      ;;
  esac
}

main "$@" </dev/null

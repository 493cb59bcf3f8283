# shellcheck shell=sh
# shellcheck disable=SC2154  # APPLIED is of desired.sh, name an argument of every script
# The staged secrets, as they were laid down: each folder of them has the checksums of its files, and its labels.

# Of all files in the folder of secrets $1.
note_checksums() {
  (cd "$1" && sha256sum -- *) >"$1.checksums"
  mv "$1.checksums" "$1/checksums"
}

# What is damaged or missing in the folder of secrets $1, a name a line. What an earlier release has laid down has no
# checksums: it is whole where nothing is empty.
damaged_secrets() { list_damaged "$1" | sort -u; }

list_damaged() {
  local file=''
  for file in owner label gossip-key 30-secrets.json; do [ -s "$1/$file" ] || echo "$file"; done
  # What is no file, somebody else has put there, and nobody can copy it.
  for file in "$1"/*; do
    [ -e "$file" ] || [ -L "$file" ] || continue
    [ -f "$file" ] && [ -s "$file" ] || echo "${file##*/}"
  done
  [ -e "$1/checksums" ] || return 0
  # What is missing is no file of the second list; what nobody has noted means that the note itself is another one.
  (cd "$1" && sha256sum -- * 2>/dev/null) | awk -v noted="$1/checksums" '
    BEGIN {
      while ((getline line < noted) > 0) {
        if (line !~ /^[0-9a-f]+ [ *]./) { print "checksums"; continue }
        sum = line; sub(/ .*/, "", sum); sub(/^[^ ]* [ *]/, "", line); wanted[line] = sum
      }
    }
    { file = $0; sub(/^[^ ]* [ *]/, "", file); if (file == "checksums") next; is[file] = $1; if (!(file in wanted)) print "checksums" }
    END { for (file in wanted) if (file != "checksums" && is[file] != wanted[file]) print file }'
}

# The label $2 of the secrets in the folder $1: `label`; `tokens-label`, which is there where there are ACLs; or
# `certificate-label`, where there is TLS.
secrets_label() { [ ! -r "$1/$2" ] || cat "$1/$2"; }

# Why the secrets in the folder $1 are not the wanted ones: those of the label $2, of the tokens, $3, and of the certificate,
# $4. Nothing where they are.
secrets_fault() {
  local damaged='' label=''
  damaged=$(damaged_secrets "$1")
  if [ -n "$damaged" ]; then echo "damaged or missing among the staged secrets, in $1: $(printf '%s\n' "$damaged" | listed)"; return; fi
  label=$(secrets_label "$1" label)
  if [ "$label" != "$2" ]; then echo "the staged secrets are not those of this run ($label, not $2)"; return; fi
  label=$(secrets_label "$1" tokens-label)
  if [ "$label" != "$3" ]; then echo "the staged tokens are not those of this run (${label:-none}, not ${3:-none})"; return; fi
  label=$(secrets_label "$1" certificate-label)
  [ "$label" = "$4" ] || echo "the staged certificate is not that of this run (${label:-none}, not ${4:-none})"
}

# Makes sure of the staged secrets: those of the labels $1, of the tokens, $2, and of the certificate, $3, whole. A run that was cut off may have
# staged others, and been taken back since: its secrets step has nothing to do then, and what runs has them still.
require_secrets() {
  local fault=''
  fault=$(secrets_fault "$STAGED/secrets" "$1" "$2" "${3:-}")
  if [ -z "$fault" ]; then mend_kept_secrets; return; fi
  if [ -n "$(secrets_fault "$APPLIED_SECRETS" "$1" "$2" "${3:-}")" ] || [ "$(cat "$APPLIED_SECRETS/owner")" != "$(owner_id)" ]; then
    die "$fault; nothing was changed; lay them down again: pulumi up --replace '**-$name-secrets'"
  fi
  copy_secrets "$APPLIED_SECRETS" "$STAGED/secrets"
  say "$fault: taken from the applied set, which has them"
}

# The folder of secrets $1, in the place of $2. Cut off in the middle it leaves a whole one, or none: half of one has no checksums any more,
# and would count as an earlier release's.
copy_secrets() {
  rm -rf "$2.new" "$2.old"
  mkdir -m 0700 "$2.new"
  cp -p "$1"/* "$2.new/"
  flush "$2.new"/*
  [ ! -e "$2" ] || mv "$2" "$2.old"
  mv "$2.new" "$2"
  rm -rf "$2.old"
}

# Once the staged set runs.
keep_secrets() { copy_secrets "$STAGED/secrets" "$APPLIED_SECRETS"; }

# What an earlier release has switched to kept none, and what was kept may be damaged since: where the staged ones are those of the applied
# text, these are.
mend_kept_secrets() {
  local damaged='' fault=''
  [ -e "$APPLIED" ] || return 0
  [ -e "$APPLIED_SECRETS" ] || [ ! -e "$APPLIED_SECRETS.old" ] || mv "$APPLIED_SECRETS.old" "$APPLIED_SECRETS"
  if [ -e "$APPLIED_SECRETS" ]; then
    damaged=$(damaged_secrets "$APPLIED_SECRETS")
    # An earlier version had the tokens there as well.
    [ -n "$damaged" ] || { rm -rf "$STATE/tokens"; return 0; }
  fi
  damaged=${damaged:+"damaged or missing among the secrets of what runs, in $APPLIED_SECRETS: $(printf '%s\n' "$damaged" | listed)"}
  fault=$(secrets_fault "$STAGED/secrets" "$(desired_part secrets "$APPLIED")" "$(tokens_part "$APPLIED")" "$(desired_part certificate "$APPLIED")")
  if [ -z "$fault" ]; then
    keep_secrets
    [ -z "$damaged" ] || say "$damaged: taken from the staged ones, which are the same"
  elif [ -n "$damaged" ]; then
    say "$damaged: what is staged takes their place once this server has switched to it"
  fi
}

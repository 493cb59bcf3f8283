# shellcheck shell=sh
# globals: SIGNING_KEY SIGNING_KEYS
# shellcheck disable=SC2154  # the key comes with the release, the settings are read by install-release.sh
# Is a list of checksums signed with the pinned key? A part of what arrives with install-release.sh.
#
# $signingKey is the fingerprint of the primary key, SIGNING_KEYS says of it and of each subkey when it ends (FINGERPRINT:EPOCH, 0
# is never), SIGNING_KEY is all of it in base64.

# What verifies signatures here; apt of Debian 12 needs the first, dnf brings both.
verifier() { command -v gpgv || command -v gpg; } 2>/dev/null

# refuse_unsigned SUMS: SUMS and its signature lie in $incoming.
refuse_unsigned() {
  local found='' why='' url="$mirror/$version/$1.sig"
  found=$(status_lines "$1" | verdict)
  why=${found#* }
  case $found in
    good) return 0 ;;
    changed) die "$mirror/$version/$1 is not what was signed: it was changed since, or is of another time than its signature; fetch both anew from where releases are made; nothing was changed" ;;
    another*) die "$url is by the key $why, and the pinned one is $signingKey: see who signs what this mirror has, and if it is whom you trust, give that key as signingKey; nothing was changed" ;;
    revoked*) die "$url is by the key $why, which its owner has revoked; find out why, and give the key that took its place as signingKey; nothing was changed" ;;
    late*) die "$url is of $(day "$why"), when the pinned key $signingKey had ended; give the renewed key as signingKey; nothing was changed" ;;
    *) die "$url is no signature that counts ($(said_of_it)); put the signature that belongs to $1 there, or give the zip's checksum as sha256; nothing was changed" ;;
  esac
}

# What the verifier has to say for programs. Its exit code is nothing to go by: an expired and a revoked key end with 0,
# too. In a home of its own nothing of this host's settings and keys has a say.
status_lines() {
  local home="$incoming/gnupg" program=''
  program=$(verifier)
  rm -rf "$home"
  mkdir -m 0700 "$home"
  printf '%s\n' "$SIGNING_KEY" | base64 -d >"$home/key.gpg"
  {
    case ${program##*/} in
      gpgv) GNUPGHOME=$home timeout 60 gpgv --status-fd 1 --keyring "$home/key.gpg" "$incoming/$1.sig" "$incoming/$1" ;;
      gpg)
        GNUPGHOME=$home timeout 60 gpg --batch --no-tty --quiet --no-autostart --import "$home/key.gpg" &&
          GNUPGHOME=$home timeout 60 gpg --batch --no-tty --no-autostart --no-auto-key-retrieve --status-fd 1 --verify "$incoming/$1.sig" "$incoming/$1"
        ;;
    esac
  } 2>"$incoming/errors" || true
}

# Reads status lines (GnuPG's doc/DETAILS): `good`, or `changed`, `another KEY`, `revoked KEY`, `late EPOCH`, `none`.
# An end of a key is told by that of the key that signed, not by KEYEXPIRED: there is one for every old subkey.
verdict() {
  awk -v pinned="$signingKey" -v keys="$SIGNING_KEYS" '
    BEGIN {
      count = split(keys, list, " ")
      for (i = 1; i <= count; i++) {
        split(list[i], part, ":")
        if (part[2] == "revoked") gone[part[1]]
        ends[part[1]] = part[2] + 0
      }
    }
    $1 != "[GNUPG:]" { next }
    $2 ~ /^(NEWSIG|GOODSIG|EXPSIG|EXPKEYSIG|REVKEYSIG|BADSIG|ERRSIG)$/ { said = $2 }
    $2 == "BADSIG" { changed = 1 }
    $2 == "REVKEYSIG" && revoked == "" { revoked = $3 }
    $2 == "ERRSIG" && $8 == 9 && another == "" { another = length($9) >= 40 ? $9 : $3 }
    # Of a subkey that is revoked and has ended GnuPG tells the end alone.
    $2 == "VALIDSIG" && (said == "REVKEYSIG" || $3 in gone) { revoked = $3 }
    $2 == "VALIDSIG" && $NF == pinned && said == "GOODSIG" { good = 1 }
    $2 == "VALIDSIG" && $NF == pinned && said == "EXPKEYSIG" && $5 ~ /^[0-9]+$/ {
      if ($5 + 0 <= ends[$3]) good = 1; else late = $5
    }
    $2 == "VALIDSIG" && $NF != pinned { another = $NF }
    END {
      if (changed) print "changed"
      else if (revoked != "") print "revoked " revoked
      else if (good) print "good"
      else if (late != "") print "late " late
      else if (another != "") print "another " another
      else print "none"
    }'
}

# Behind the name of the program the verifier tells people.
said_of_it() { sed -n '1s/^gpgv\{0,1\}: //p' "$incoming/errors"; }

day() { date -u -d "@$1" +%Y-%m-%d 2>/dev/null || echo "$1 s after 1970"; }

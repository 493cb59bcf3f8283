#!/bin/sh
# The entry of every npm script, on a fresh clone too:  sh lab/run.sh VERB [ARGS]
#
# All it does is what must happen before any TypeScript can run: look at the machine, install the
# node modules, compile the Pulumi program. Then lab/commands/VERB.ts takes over.

set -eu

cd "$(dirname "$0")/.."
logs=.lab/logs

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

check_machine() {
  [ "$(uname -s)" = Linux ] ||
    die "The lab boots its machines with systemd-nspawn and needs Linux; this is $(uname -s). Run it in a Linux virtual machine (Debian or Ubuntu)."
  command -v node >/dev/null ||
    die "Node is missing: install Node 20.19 or newer (https://nodejs.org/en/download), then run this again."
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    die "Node $(node -p process.versions.node) is too old: install Node 20.19 or newer (https://nodejs.org/en/download)."
}

# npm writes this file last, so it stamps a finished installation; `npm ci` by hand counts too.
modules_are_current() {
  [ -x node_modules/.bin/tsx ] && [ -e node_modules/.package-lock.json ] &&
    [ -z "$(find package-lock.json -newer node_modules/.package-lock.json)" ]
}

# A new file touches its folder, so additions and removals count as well as edits.
program_is_current() {
  [ -e dist/.compiled ] &&
    [ -z "$(find index.ts stack components policy tsconfig.json package-lock.json -newer dist/.compiled 2>/dev/null | head -n 1)" ]
}

# Runs "$@" with its output in a log, and shows how long it takes; the output appears if it fails.
quietly() {
  title=$1 log=$2
  shift 2
  started=$(date +%s)
  "$@" >"$log" 2>&1 9>&- &
  child=$!
  trap 'kill "$child" 2>/dev/null; exit 130' INT TERM HUP
  while kill -0 "$child" 2>/dev/null; do
    elapsed=$(($(date +%s) - started))
    if [ -t 2 ]; then
      printf '\r%s  %ss' "$title" "$elapsed" >&2
    elif [ $((elapsed % 20)) = 0 ]; then
      printf '%s  %ss\n' "$title" "$elapsed" >&2
    fi
    sleep 1
  done
  trap - INT TERM HUP
  if [ -t 2 ]; then printf '\r' >&2; fi
  if wait "$child"; then
    printf '%s  done in %ss\n' "$title" "$(($(date +%s) - started))" >&2
  else
    printf '%s  failed\n' "$title" >&2
    tail -n 60 "$log" >&2
    die "The full log is in $log"
  fi
}

# Two runs that start at once must not install or compile into the same folder: the second waits.
under_lock() {
  mkdir -p "$logs"
  exec 9>.lab/run.lock
  flock 9
  "$@"
  exec 9>&-
}

install_modules() {
  modules_are_current ||
    quietly "installing node modules (npm ci)" "$logs/npm-ci.log" npm ci --include=dev --no-audit --no-fund
}

compile_program() {
  if program_is_current; then return; fi
  quietly "compiling the program (tsc)" "$logs/tsc.log" npm run --silent build
}

verb=${1:?"usage: sh lab/run.sh VERB [ARGS]"}
shift
[ -f "lab/commands/$verb.ts" ] || die "There is no command '$verb' (lab/commands/$verb.ts)."

check_machine
modules_are_current || under_lock install_modules
case $verb in
  # These do not run the program, and must work while it does not compile.
  prepare | down | lint) ;;
  *) program_is_current || under_lock compile_program ;;
esac

exec node --import tsx "lab/commands/$verb.ts" "$@"

# shellcheck shell=sh
# globals: value
# Facts: plain KEY=VALUE lines that the program renders beside Consul's settings (render/facts.ts), so that no script
# reads settings back out of JSON. The staged set has its facts, and so has the applied one: what runs is not what
# is wanted. Whether a file of them is whole, and what becomes of one that is not: notes.sh.

# look_up FILE KEY [SIGN]: the value, in $value, nothing where there is none; between them stands `=`, or SIGN. Read by the shell itself:
# some are asked for before every question to Consul, and a process for each costs more than the question.
look_up() {
  local line=''
  value=''
  [ -r "$1" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in "$2${3:-=}"*) value=${line#"$2${3:-=}"}; return 0 ;; esac
  # One that has just gone has none, either.
  done <"$1" || return 0
}

# fact FILE KEY: the value, nothing where there is none.
fact() {
  local value=''
  look_up "$1" "$2"
  [ -z "$value" ] || printf '%s\n' "$value"
}

# The same of the staged set.
staged_fact() { fact "$STAGED_CONFIG/facts" "$1"; }

# The same of the set that runs.
applied_fact() { fact "$FACTS" "$1"; }

# A limit that the settings may have (`rollout`), in seconds; $2 where they say nothing.
limit_of() {
  local value=''
  look_up "$STAGED_CONFIG/facts" "$1"
  echo "${value:-$2}"
}

# Of the set that runs, or else of the staged one.
applied_or_staged() {
  local value=''
  look_up_applied_or_staged "$1"
  printf '%s\n' "$value"
}

# The same, in $value.
look_up_applied_or_staged() {
  look_up "$FACTS" "$1"
  [ -n "$value" ] || look_up "$STAGED_CONFIG/facts" "$1"
}

# The host's name and address in the set that runs.
is_applied() { [ -e "$STATE/active" ] && [ -e "$FACTS" ]; }

# Is this host a client agent's? A server's settings have another name.
is_client() { [ -e "$STAGED_CONFIG/10-client.json" ]; }

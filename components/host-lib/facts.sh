# shellcheck shell=sh
# Facts: plain KEY=VALUE lines that the program renders beside Consul's settings (render/facts.ts), so that no script
# reads settings back out of JSON. The staged set has its facts, and so has the applied one: what runs is not what
# is wanted. Whether a file of them is whole, and what becomes of one that is not: notes.sh.

# fact FILE KEY: the value, nothing where there is none.
fact() { [ ! -r "$1" ] || sed -n "s/^$2=//p" "$1"; }

# The same of the staged set.
staged_fact() { fact "$STAGED_CONFIG/facts" "$1"; }

# The same of the set that runs.
applied_fact() { fact "$FACTS" "$1"; }

# A limit that the settings may have (`rollout`), in seconds; $2 where they say nothing.
limit_of() {
  local said=''
  said=$(staged_fact "$1")
  echo "${said:-$2}"
}

# Of the set that runs, or else of the staged one.
applied_or_staged() {
  local value=''
  value=$(applied_fact "$1")
  echo "${value:-$(staged_fact "$1")}"
}

# The host's name and address in the set that runs.
is_applied() { [ -e "$STATE/active" ] && [ -e "$FACTS" ]; }

# Is this host a client agent's? A server's settings have another name.
is_client() { [ -e "$STAGED_CONFIG/10-client.json" ]; }

# shellcheck shell=sh
# Facts: plain KEY=VALUE lines that the program renders beside Consul's settings (render/facts.ts), so that no script
# reads settings back out of JSON. The staged set has its facts, and so has the applied one: what runs is not what
# is wanted.

# fact FILE KEY: the value, nothing where there is none.
fact() { [ ! -r "$1" ] || sed -n "s/^$2=//p" "$1"; }

# The same of the staged set.
staged_fact() { fact "$STAGED/config/facts" "$1"; }

# The same of the set that runs.
applied_fact() { fact "$FACTS" "$1"; }

# Of the set that runs, or else of the staged one.
applied_or_staged() {
  local value=''
  value=$(applied_fact "$1")
  echo "${value:-$(staged_fact "$1")}"
}

# The host's name and address in the set that runs.
is_applied() { [ -e "$STATE/active" ] && [ -e "$FACTS" ]; }

# The facts of a set that 0.1.0 applied, which laid none down: read once, off its settings and its unit, when this
# library comes to the host. Those below $1, in the form of a facts file.
facts_of_settings() {
  local folder="$1" settings='' role=client
  [ ! -e "$folder/10-server.json" ] || role=server
  settings=$(json_lines <"$folder/10-$role.json") || return 1
  printf '%s\n' "$settings" | awk -v role="$role" -v folder="$folder" -v peers="$(peers_of_settings "$folder")" '
    function bracketed(ip) { return ip ~ /:/ ? "[" ip "]" : ip }
    { at = index($0, "\t"); value[substr($0, 1, at - 1)] = substr($0, at + 1) }
    END {
      address = value["advertise_addr"]; http = value["ports.http"]; listens = " " value["addresses.http"] " "
      open = listens ~ / (0\.0\.0\.0|::) / || index(listens, " " address " ") ? "yes" : "no"
      own = listens ~ / (0\.0\.0\.0|::|127\.0\.0\.1) / ? "127.0.0.1" : value["addresses.http"]
      sub(/ .*/, "", own)
      print "role=" role
      print "name=" value["node_name"]
      print "datacenter=" value["datacenter"]
      print "domain=" value["domain"]
      print "address=" address
      print "data_dir=" value["data_dir"]
      print "config_dir=" folder
      print "api=http://" bracketed(own) ":" http
      print "http_port=" http
      print "http_open=" open
      if (role == "server") print "raft_address=" bracketed(address) ":" value["ports.server"]
      print "serf_lan=" value["ports.serf_lan"]
      if (role == "server") {
        print "serf_wan=" value["ports.serf_wan"]
        print "servers=" (peers == "" ? 1 : split(peers, _, ",") + 1)
        print "rejoin_age_s=604800"
      }
      print "peers=" peers
    }'
}

# Whom the settings in the folder $1 join, between commas.
peers_of_settings() {
  json_lines <"$1/40-neighbours.json" | awk '{ at = index($0, "\t"); print substr($0, at + 1) }' | paste -sd , -
}

# Lays down the facts of what 0.1.0 applied here, where they are missing.
note_facts_of_older_set() {
  local folder=''
  [ -e "$STATE/active" ] && [ ! -e "$FACTS" ] || return 0
  folder=$(sed -n 's/^ExecStart=.* -config-dir=\([^ ]*\).*/\1/p' "$UNIT" 2>/dev/null)
  if [ -z "$folder" ] || ! facts_of_settings "$folder" >"$FACTS.new"; then
    die "what runs on this host cannot be read: $UNIT names no folder of settings of this library's; nothing was changed"
  fi
  mv "$FACTS.new" "$FACTS"
}

# Is this host a client agent's? A server's settings have another name.
is_client() { [ -e "$STAGED/config/10-client.json" ]; }

# shellcheck shell=sh
# Consul's settings as they lie on this host, read back into facts: where a host has none, and only then.

# The facts of the settings in the folder $1, in the form of a facts file (render/facts.ts).
facts_of_settings() {
  local folder="$1" settings='' peers='' policy=off tls=off role=client
  [ ! -e "$folder/10-server.json" ] || role=server
  settings=$(json_lines 2>/dev/null <"$folder/10-$role.json") || return 1
  peers=$(peers_of_settings "$folder") || return 1
  # Of TLS: ours is what lies in the set itself. A client's facts say nothing of it.
  [ "$role" = client ] || [ ! -e "$folder/tls/valid" ] || { tls=ours; settings="$settings
$(json_lines 2>/dev/null <"$folder/20-reloadable.json")" || return 1; }
  # What the settings say of ACLs without this library's tokens is the user's own.
  ! grep -qs '"initial_management"' "$folder/30-secrets.json" ||
    policy=$(printf '%s\n' "$settings" | sed -n 's/^acl\.default_policy\t//p')
  printf '%s\n' "$settings" | awk -v role="$role" -v folder="$folder" -v peers="$peers" -v policy="$policy" -v tls="$tls" '
    function bracketed(ip) { return ip ~ /:/ ? "[" ip "]" : ip }
    # Of what is listened on: loopback, a socket, or else the first address.
    function nearest(listens,  place) {
      if (listens ~ / (0\.0\.0\.0|::|127\.0\.0\.1) /) return "127.0.0.1"
      if (match(listens, /unix:\/\/[^ ]*/)) return substr(listens, RSTART, RLENGTH)
      place = substr(listens, 2)
      sub(/ .*/, "", place)
      return place
    }
    function is_open(listens) { return listens ~ / (0\.0\.0\.0|::) / || index(listens, " " address " ") ? "yes" : "no" }
    # In whole seconds, as Go writes it; what is no duration Consul refuses by itself.
    function seconds(text,  sum, part, unit) {
      if (text !~ /^([0-9.]+(h|m|s|ms))+$/) return 604800
      while (match(text, /^[0-9.]+/)) {
        part = substr(text, 1, RLENGTH); text = substr(text, RLENGTH + 1)
        match(text, /^[a-z]+/); unit = substr(text, 1, RLENGTH); text = substr(text, RLENGTH + 1)
        sum += part * (unit == "h" ? 3600 : unit == "m" ? 60 : unit == "s" ? 1 : 0.001)
      }
      return int(sum)
    }
    { at = index($0, "\t"); value[substr($0, 1, at - 1)] = substr($0, at + 1) }
    END {
      address = value["advertise_addr"]; http = value["ports.http"]; listens = " " value["addresses.http"] " "
      own = nearest(listens)
      print "role=" role
      print "name=" value["node_name"]
      print "datacenter=" value["datacenter"]
      print "domain=" value["domain"]
      print "address=" address
      print "data_dir=" value["data_dir"]
      print "config_dir=" folder
      if (http + 0 < 0) print "api=https://" bracketed(nearest(" " value["addresses.https"] " ")) ":" value["ports.https"]
      else print "api=" (own ~ /^unix:/ ? own : "http://" bracketed(own) ":" http)
      print "http_port=" http
      print "http_open=" (http + 0 > 0 ? is_open(listens) : "no")
      if (role == "server") print "raft_address=" bracketed(address) ":" value["ports.server"]
      print "serf_lan=" value["ports.serf_lan"]
      if (role == "server") {
        print "serf_wan=" value["ports.serf_wan"]
        print "servers=" (peers == "" ? 1 : split(peers, _, ",") + 1)
        print "rejoin_age_s=" seconds(value["server_rejoin_age_max"])
      }
      print "peers=" peers
      if (role == "server") print "acl=" policy
      if (tls == "ours") {
        required = value["tls.internal_rpc.verify_incoming"] == "true"
        https = value["tls.internal_rpc.verify_server_hostname"] == "true"
        sub(/\.$/, "", value["domain"])
        print "tls=" (required ? "required" : https ? "preferred" : value["tls.defaults.verify_outgoing"] == "true" ? "outgoing" : "offered")
        print "tls_name=server." value["datacenter"] "." value["domain"]
        if (https) print "https_port=" value["ports.https"]
        if (https) print "https_open=" (value["ports.https"] > 0 ? is_open(" " value["addresses.https"] " ") : "no")
      }
      print "end=facts"
    }'
}

# Whom the settings in the folder $1 join, between commas.
peers_of_settings() {
  local lines=''
  lines=$(json_lines 2>/dev/null <"$1/40-neighbours.json") || return 1
  printf '%s\n' "$lines" | awk '{ at = index($0, "\t"); if (at < length($0)) print substr($0, at + 1) }' | paste -sd , -
}

# shellcheck shell=sh
# globals: self_version self_node self_state self_term self_applied self_commit self_contact self_last_log self_leader self_members
# shellcheck disable=SC2034  # what read_self leaves is read elsewhere
# Consul's answers as rows, by the agent that is asked, $1. The status is that of `ask`: an answer that lacks a field, or
# stops in its middle, is none.

# The leader that an agent names, an empty line where it names none.
leader_of() {
  local said=''
  said=$(ask "$1" /v1/status/leader) || return
  case $said in '"'*'"') ;; *) return 4 ;; esac
  said=${said#\"}
  said=${said%\"}
  case $said in *[!0-9A-Za-z.:_%[\]-]*) return 4 ;; esac
  printf '%s\n' "$said"
}

names_a_leader() { [ -n "$(leader_of "$1")" ]; }

# Raft's servers as an agent has them on its own disk, an address a line; none where it waits for its first election.
raft_peers_of() {
  local said=''
  said=$(ask "$1" /v1/status/peers) || return
  said=$(printf '%s' "$said" | tr -d ' \t\r\n')
  case $said in '[]' | null) return 0 ;; '['*) ;; *) return 4 ;; esac
  said=$(printf '%s' "$said" | json_lines) || return
  printf '%s\n' "$said" | awk -F '\t' '$1 !~ /^[0-9]+$/ { bad = 1 } { print $2 } END { exit bad ? 4 : 0 }'
}

# Members of gossip: NAME STATUS (1 alive, 2 leaving, 3 left, 4 failed) ROLE (server, client) ID ADDRESS. $2: ?wan=1
# for the pool of all datacenters: only where there is one, see gossip.sh. An agent is always a member itself, so an empty
# list is one that was withheld.
members_of() {
  local said=''
  said=$(ask "$1" "/v1/agent/members${2:-}") || return
  said=$(printf '%s' "$said" | json_rows '' Name Status 'Tags.role?' 'Tags.id?' Addr) || return
  [ -n "$said" ] || return 3
  printf '%s\n' "$said" | awk '{ $3 = $3 == "node" ? "client" : "server"; print }'
}

# Nodes of the catalog: NAME ID TLS CAS, with a dash where one says nothing of its TLS (render/tls.ts). The servers are in it, so an
# empty list is one that was withheld.
nodes_of() {
  local said=''
  said=$(ask "$1" '/v1/catalog/nodes?consistent') || return
  said=$(printf '%s' "$said" | json_rows '' Node 'ID?' 'Meta.cluster-tls?' 'Meta.cluster-cas?') || return
  [ -n "$said" ] || return 3
  printf '%s\n' "$said"
}

# Autopilot's view: NAME HEALTHY VOTER SERF-STATUS ADDRESS:PORT ID RELEASE. There is no cluster of no servers.
autopilot_of() {
  local said=''
  said=$(ask "$1" /v1/operator/autopilot/health) || return
  said=$(printf '%s' "$said" | json_rows Servers Name Healthy Voter SerfStatus Address ID Version) || return
  [ -n "$said" ] || return 4
  printf '%s\n' "$said"
}

# Raft's configuration: NAME ID VOTER ADDRESS:PORT; the name of one that is dead may be `(unknown)`. $2: ?stale
raft_of() {
  local said=''
  said=$(ask "$1" "/v1/operator/raft/configuration${2:-}") || return
  said=$(printf '%s' "$said" | json_rows Servers Node ID Voter Address) || return
  [ -n "$said" ] || return 4
  printf '%s\n' "$said"
}

# What an agent says of itself, in self_*: its release, node id, and a server's place in Raft, the leader that it names, and Raft's
# members as it knows them, see raft_members.
read_self() {
  local said='' status=0
  said=$(ask "$1" /v1/agent/self) || status=$?
  [ "$status" -ne 0 ] || said=$(printf '%s' "$said" | json_fields Config.Version Config.NodeID 'Stats.raft.state?' 'Stats.raft.term?' \
    'Stats.raft.applied_index?' 'Stats.raft.commit_index?' 'Stats.raft.last_contact?' 'Stats.raft.last_log_index?' \
    'Stats.consul.leader_addr?' 'Stats.raft.latest_configuration?') || status=$?
  [ "$status" -eq 0 ] || said='- - - - - - - - - -'
  # Raft's members look like a pattern for names of files, so nothing here is left to the shell to expand.
  IFS=' ' read -r self_version self_node self_state self_term self_applied self_commit self_contact self_last_log self_leader self_members <<EOF
$said
EOF
  return "$status"
}

# Raft's members as an agent has them in $self_members, ID VOTER ADDRESS:PORT a line; none where its data folder is empty. There it is
# text, as Raft prints it for people; what has another shape is no answer.
raft_members() {
  printf '%s\n' "$1" | awk '
    $0 == "[]" { exit }
    !sub(/^\[\{/, "") || !sub(/\}\]$/, "") { bad = 1; exit }
    {
      n = split($0, member, /\}_\{/)
      for (i = 1; i <= n; i++) {
        if (member[i] !~ /^Suffrage:[A-Za-z]+_ID:[^_]+_Address:[^_]+$/) { bad = 1; exit }
        split(member[i], part, "_")
        print substr(part[2], 4), part[1] == "Suffrage:Voter" ? "true" : "false", substr(part[3], 9)
      }
    }
    END { exit bad ? 4 : 0 }'
}

# A key of Consul's: its value; status 1 where there is no such key. $3: &consistent for the leader's own word.
kv_get() { ask "$1" "/v1/kv/$2?raw${3:-}"; }

# The session that holds the key $2, an empty line where none does.
kv_holder() {
  local said=''
  said=$(ask "$1" "/v1/kv/$2?consistent") || return
  said=$(printf '%s' "$said" | json_rows '' 'Session?') || return
  [ "$said" != - ] || said=''
  printf '%s\n' "$said"
}

# Writes the key $2; more in the path's query, $4. The status is 1 where Consul does not, for another session holds it.
kv_put() {
  local said=''
  said=$(ask "$1" "/v1/kv/$2${4:-}" -X PUT --data-raw "$3") || return
  [ "$said" = true ]
}

# A session that no server's end ends, for it hangs on no check: Consul drops it, and with `delete` its keys, some time
# after the seconds $3, unless it is renewed. $2: what for. Prints its id.
new_session() {
  local said='' behaviour="${4:-release}"
  said=$(ask "$1" /v1/session/create -X PUT \
    --data-raw "{\"Name\":\"consul-cluster $2\",\"LockDelay\":\"0s\",\"TTL\":\"${3}s\",\"NodeChecks\":[],\"Behavior\":\"$behaviour\"}") || return
  printf '%s' "$said" | json_fields ID
}

# Does the agent answer for itself over gossip to the agent $1, at its IP address $2?
answers_gossip() { ask "$1" "/v1/agent/join/$2" -X PUT >/dev/null; }

# Raft's peers.json of the entries ID@IP on stdin, a line each, with Raft's port $1.
raft_peers_file() {
  awk -F@ -v port="$1" '
    BEGIN { printf "[" }
    { address = $2 ~ /:/ ? "[" $2 "]" : $2
      printf "%s\n  { \"id\": \"%s\", \"address\": \"%s:%s\", \"non_voter\": false }", (NR > 1 ? "," : ""), $1, address, port }
    END { print "\n]" }'
}

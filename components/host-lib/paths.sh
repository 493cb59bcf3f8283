# shellcheck shell=sh
# shellcheck disable=SC2034  # used by the files that stand behind this one
# The library of every script on a host: one file there, `lib.sh`, of which this is the head.
#
# The scripts' contract: they run as root, take KEY=VALUE arguments, read all of their stdin, hold one lock a host,
# bound every wait, can be cut off anywhere and run again, and say on stderr, one line a change, what they did. Only
# results for the program go to stdout.
#
# The functions' contract: every variable is `local`, but for those that a file names under `globals:` at its head; a
# predicate prints nothing, and leaves why not in $reason; what prints an answer never ends the script. Times are
# whole seconds, and end in _S.

LIBRARY=/usr/local/lib/consul-cluster
RELEASES=/usr/local/lib/consul
BINARY=/usr/local/bin/consul
STATE=/var/lib/consul-cluster/server
STAGED=$STATE/staged
STAGED_CONFIG=$STAGED/config   # the settings that are looked at: while others arrive, those
SNAPSHOTS=/var/lib/consul-cluster/snapshots
RUN=/run/consul-cluster
OWNER=$STATE/owner             # whose host this is: see owner.sh
MADE=$STATE/made               # what of this host was made by its owner
FACTS=$STATE/facts             # the facts of the applied set: what runs, and where it listens
PREVIOUS=$STATE/previous       # what was applied before, while a switch is not whole
APPLIED_SECRETS=$STATE/secrets # those of the applied set, as they were staged; root's alone
CONFIG_FOLDERS=$STATE/config-folders # where settings have been laid down, one a line
SWITCH_NOTE=$STATE/switch      # another word with every switch
DATA_NOTE=$STATE/data          # the data folder whose data is this cluster's
DATA_MARK=.consul-cluster      # on a data volume: the owner of the data that it holds
TEARDOWN=$STATE/farewell       # the whole cluster is being taken away: see gate/teardown.sh
UNIT=/etc/systemd/system/consul.service
TMPDIR_UNIT=$UNIT.d/50-consul-cluster-tmpdir.conf
ENVIRONMENT=/etc/sysconfig/consul

# A sudo without secure_path leaves a user's own, in which useradd, ss and ip need not be.
PATH=$PATH:/usr/sbin:/sbin

# A connection that is lost ends nothing: what has begun is brought to its end, and nobody reads of it but the
# journal. Without this the first word on stderr would end the script, its locks still held.
trap '' PIPE

#!/bin/sh
# The name under which departures of 0.1.0 call force-remove.sh: it stands in saved states.
exec /usr/local/lib/consul-cluster/force-remove.sh "$@"

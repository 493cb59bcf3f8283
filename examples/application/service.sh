#!/bin/sh
# A service that has no agent of its own, watched by the agent of every server: one may fail, and it is still found.
#
#   service.sh register     with the definition on stdin, as JSON
#   service.sh deregister
#
#   ID   the service's

# shellcheck source=consul.sh
. "${0%/*}/consul.sh"

# Asks every server, and those that do not answer again until the patience is over: `silent` is who has not.
ask_all() {
  silent=$CONSUL_ADDRESSES
  while :; do
    asked=$silent silent=''
    for address in $asked; do
      request "$1" "$address$2" --data-binary "@$work/definition" || silent="$silent $address"
      case $status in
        200 | 000 | 429 | 5??) ;;
        404) [ "$verb" = deregister ] || die "$address: $(cat "$work/body")" ;;
        *) die "$address refuses: $status $(cat "$work/body")" ;;
      esac
    done
    if [ -z "$silent" ] || [ "$(date +%s)" -ge "$deadline" ]; then return; fi
    sleep 1
  done
}

verb=$1 id=${ID:?}
cat >"$work/definition"
case $verb in
  register)
    ask_all PUT '/v1/agent/service/register?replace-existing-checks=true'
    [ -z "$silent" ] ||
      die "$id is not registered with$silent, which did not answer; it is with all others. Run this again when they do"
    say "$id: registered with $CONSUL_ADDRESSES"
    ;;
  deregister)
    ask_all PUT "/v1/agent/service/deregister/$id"
    [ "${silent# }" != "$CONSUL_ADDRESSES" ] ||
      die "$id: none of $CONSUL_ADDRESSES answers. Where the cluster is gone for good, \`pulumi state delete\` forgets this"
    # A server that is dead blocks no destroy. Where it comes back its check fails, and nobody is sent to the service.
    [ -z "$silent" ] || say "$id:$silent did not answer; when back, each still has to run: consul services deregister -id=$id"
    ;;
  *) die "unknown verb $verb" ;;
esac

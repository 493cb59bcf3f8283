export interface Balancer {
  /** TCP port that is served. */
  port: number;
  /** The service's name in Consul. */
  service: string;
  /** `address:port` of the local Consul agent's DNS. */
  dns: string;
  /** How many servers there may be at most: places that the answers fill. */
  places: number;
}

/**
 * HAProxy's configuration, which names no server: they are the answers to an SRV query, asked every second. Consul
 * answers with those whose checks pass, with their ports.
 */
export function haproxyConfig({ port, service, dns, places }: Balancer): string {
  return `global
  log /dev/log local0
  user haproxy
  group haproxy
  stats socket /run/haproxy/admin.sock mode 660 level admin

defaults
  mode http
  log global
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  # A server that has just gone is still in the list for a second or two: the next one gets its requests.
  retries 3
  retry-on conn-failure empty-response
  option redispatch 1

resolvers consul
  nameserver agent ${dns}
  accepted_payload_size 8192
  timeout resolve 1s
  timeout retry 1s
  hold obsolete 1s
  hold nx 1s
  # An agent that restarts empties no list: who is really gone fails HAProxy's own check.
  hold timeout 1h
  hold refused 1h
  hold other 1h

frontend http
  bind :${port}
  default_backend ${service}

backend ${service}
  balance roundrobin
  http-request disable-l7-retry unless METH_GET
  server-template ${service} ${places} _${service}._tcp.service.consul resolvers consul resolve-opts allow-dup-ip resolve-prefer ipv4 init-addr none check inter 1s fall 2
`;
}

import {
  all,
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  interpolate,
  type Output,
  output,
} from "@pulumi/pulumi";
import { type HostConfig, type Login, onHost, script } from "./hosts";

/** Hosts that get a client agent each. */
interface Args {
  servers: Input<string[]>;
  gossipKey: Input<string>;
  mirror: string;
  existing: { hosts: (HostConfig & Login)[] };
  services?: object[];
}

/** Client agents: members of the cluster on hosts that are no servers, which watch what runs there. */
export class ConsulClient extends ComponentResource {
  readonly dnsAddresses: Output<string[]>;
  constructor(name: string, args: Args, opts?: ComponentResourceOptions) {
    super("load-balancer:index:ConsulClient", name, {}, opts);
    for (const host of args.existing.hosts) {
      const settings = all([args.servers, args.gossipKey]).apply(([servers, key]) =>
        JSON.stringify({
          node_name: host.name,
          bind_addr: host.address,
          data_dir: "/var/lib/consul-client",
          encrypt: key,
          retry_join: servers,
          retry_interval: "1s",
          leave_on_terminate: true,
          services: args.services,
          ports: { dns: 8600, http: 8500 },
        }),
      );
      const text = interpolate`${script("agent.sh")}
main '${args.mirror}' 1.22.0 <<'END'
${settings}
END
`;
      onHost(
        `${name}-${host.name}`,
        host,
        host,
        text,
        "sudo -n systemctl disable --now consul-client",
        { parent: this },
      );
    }
    this.dnsAddresses = output(args.existing.hosts.map(() => "127.0.0.1:8600"));
    this.registerOutputs();
  }
}

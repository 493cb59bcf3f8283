// A larger stack, of which the Consul cluster is one component: web servers with a client agent each, and a load
// balancer whose servers are Consul's answers instead of a file that somebody keeps by hand. A picture of it:
// docs/larger-stacks.md.
//
// A web server that stops, or fails its check, is out within seconds and back when it is well. Another one is another
// line in the stack file, and nothing of the load balancer changes.
//
// In a project of your own, after the library is installed (docs/larger-stacks.md, "Install"), the component is imported from "consul-cluster".
// Needed: hosts with Debian that answer SSH, and python3 on those of the web servers.
import { Config, interpolate, type Output } from "@pulumi/pulumi";
import { ConsulClient, ConsulCluster } from "../../components/index";
import { haproxyConfig } from "./haproxy";
import { type HostConfig, type Login, onHost, script } from "./hosts";

const config = new Config();
const servers = config.requireObject<HostConfig[]>("servers");
const web = config.requireObject<HostConfig[]>("web");
const balancer = config.requireObject<HostConfig>("balancer");
/** Where releases come from, and where it is not the vendor's site, the key that they are signed with there. */
const source = { mirror: config.require("mirror"), signingKeyFile: config.get("signingKeyFile") };
const login: Login = {
  user: config.require("user"),
  privateKeyFile: config.require("privateKeyFile"),
};
const withLogin = (host: HostConfig) => ({ ...host, ...login });

const cluster = new ConsulCluster("consul", {
  existing: { servers: servers.map(withLogin) },
  ...source,
});

for (const host of web) {
  const remove =
    "sudo -n sh -c 'systemctl disable --now web; rm -rf /opt/web /etc/systemd/system/web.service'";
  onHost(`${host.name}-page`, host, login, script("web.sh"), remove);
}

// All that the agents need of it. None starts before the cluster is ready.
const join = { cluster, ...source };

// The order of page and agent does not matter: nobody is sent to a service before its check has passed.
const webAgents = new ConsulClient("web", {
  ...join,
  existing: { hosts: web.map(withLogin) },
  services: [
    {
      name: "web",
      port: 8080,
      checks: [{ http: "http://127.0.0.1:8080/", interval: "1s", timeout: "1s" }],
    },
  ],
});

const agent = new ConsulClient("balancer", {
  ...join,
  existing: { hosts: [withLogin(balancer)] },
});

const port = 80;
const dns = agent.dnsAddresses.apply(([address]) => address ?? "");
const haproxy = onHost(
  "haproxy",
  balancer,
  login,
  interpolate`${script("haproxy.sh")}
main ${port} <<'END'
${dns.apply((dns) => haproxyConfig({ port, service: "web", dns, places: 20 }))}END
`,
  "sudo -n systemctl disable --now haproxy",
  // A component is waited for whole: all of its agents are members, and the cluster has a leader.
  { dependsOn: [cluster, webAgents, agent] },
);

/** Known when a web server has answered through the load balancer. */
export const url: Output<string> = haproxy.stdout.apply(() => `http://${balancer.address}:${port}`);

/** For stacks that build on this one, as ../application does. */
export const httpAddresses = cluster.httpAddresses;
export const ready = cluster.ready;

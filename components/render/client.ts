import type { ClientHostPlan, ClientPlan } from "../client/plan";
import { hostPort } from "../cluster/listening";
import { withOwn } from "../cluster/perServer";
import { clientSettings } from "../settings/client";
import { inConsulsNames } from "../settings/written";
import { renderAclSettings } from "./acl";
import { renderDivided } from "./consulConfig";
import { renderClientFacts } from "./facts";
import type { Files } from "./files";
import { merge, renderJson } from "./json";
import { renderEnvironment, renderSystemdUnit } from "./systemdUnit";
import { renderClientCas, renderClientTlsSettings } from "./tls";

/** What of TLS and of ACLs is in the open. */
export interface Trust {
  /** The CAs that it knows its servers by, where it talks TLS to them. */
  cas: string[];
  /** What its agent does with callers of its own without a token; "off" where it has none itself. */
  aclPolicy: string;
}

/** Everything plain that is laid on a client's disk. `servers`: what it joins. */
export function renderClientFiles(
  all: ClientPlan,
  client: ClientHostPlan,
  servers: string[],
  { cas, aclPolicy }: Trust = { cas: [], aclPolicy: "off" },
): Files {
  const plan = withOwn(all, client.own);
  const said = merge(plan.extraConfig, renderClientCas(cas));
  const whole = merge(merge(overridableDefaults, said), managed(plan, client));
  const { restarting, reloadable } = renderDivided(whole, {
    ...(cas.length > 0 && renderClientTlsSettings(plan)),
    ...renderAclSettings(aclPolicy),
  });
  return {
    "10-client.json": restarting,
    "20-reloadable.json": reloadable,
    "40-neighbours.json": renderJson({ retry_join: servers.map(joinAddress(plan)) }),
    "consul.service": renderSystemdUnit(plan, "Consul client agent"),
    environment: renderEnvironment(plan.environment),
    facts: renderClientFacts(plan, client, servers),
  };
}

/** Not among the arguments, and yet better than Consul's defaults; `extraConfig` may say otherwise. */
const overridableDefaults = {
  disable_update_check: true,
  // A restart is no farewell: what is registered here stays in the catalog meanwhile.
  leave_on_terminate: false,
  skip_leave_on_interrupt: true,
  rejoin_after_leave: true,
  retry_interval: "10s",
};

/** The keys that arguments govern; `validate/` refuses them in `extraConfig`. */
function managed(plan: ClientPlan, client: ClientHostPlan): Record<string, unknown> {
  return {
    node_name: client.name,
    bind_addr: client.address,
    advertise_addr: client.address,
    server: false,
    ...inConsulsNames(clientSettings, plan, client.address),
    services: plan.services.map(service),
  };
}

/** Consul takes an address without a port for one on the client's own port. */
function joinAddress({ ports }: ClientPlan) {
  return (server: string) =>
    ports.serfLan === 8301 || /^([^:]+|\[.*\]):\d+$/.test(server)
      ? server
      : hostPort(server.replace(/^\[(.*)\]$/, "$1"), 8301);
}

type Service = ClientPlan["services"][number];
type Check = NonNullable<Service["checks"]>[number];

/** What is not set is not said. */
function service({ name, id, port, address, tags, meta, checks }: Service) {
  return {
    name,
    id: id ?? name,
    port,
    address,
    tags,
    meta,
    checks: checks?.map(check),
  };
}

function check(args: Check) {
  return {
    name: args.name,
    http: args.http,
    tcp: args.tcp,
    interval: args.interval ?? "10s",
    timeout: args.timeout,
    // Consul's own default is not written.
    tls_skip_verify: args.tlsSkipVerify || undefined,
    deregister_critical_service_after: args.deregisterCriticalServiceAfter,
  };
}

import { hasHttps, isTlsStep, TLS_MODES } from "../settings/tlsModes";
import type { ServerChange } from "./change";
import type { Role } from "./group";
import type { SettingChange } from "./settings";
import type { Warning } from "./warnings";

interface Fixed {
  /** Which changes are refused. @default all of them */
  only?(change: SettingChange): boolean;
  why: string;
  /** What to do instead. */
  instead(change: SettingChange): string;
}

function tlsStep(mode: string): number {
  return (TLS_MODES as readonly string[]).indexOf(mode);
}

/** The steps between two modes, and the last one. */
function tlsWay(from: string, to: string): string {
  const [was, is] = [tlsStep(from), tlsStep(to)];
  const steps = TLS_MODES.slice(Math.min(was, is), Math.max(was, is) + 1);
  const way = was < is ? steps : [...steps].reverse();
  return way
    .slice(1)
    .map((mode) => `\`${mode}\``)
    .join(", ");
}

const restored = "restore a snapshot of this one there";

/** Why a setting never changes on hosts that run, by role: components/cluster/fixedSettings.ts and stage-config.sh. */
const fixed: Record<Role, Record<string, Fixed>> = {
  server: {
    datacenter: {
      why: "a datacenter is made, not renamed: who changes first finds none of the others any more",
      instead: ({ to }) => `make a new cluster in \`${to}\`, and ${restored}`,
    },
    dataDir: {
      why: "Consul would begin with an empty folder, and the data would stay behind",
      instead: ({ from }) =>
        `mount the new disk at \`${from}\`, or make a new cluster with that folder, and ${restored}`,
    },
    "ports.serfLan": {
      why: "servers and agents that gossip on two ports do not find each other",
      instead: () => `make a new cluster with that port, and ${restored}`,
    },
    "ports.serfWan": {
      why: "servers that gossip over the WAN on two ports take each other for failed, for minutes and more",
      instead: () => `make a new cluster with that port, and ${restored}`,
    },
    acl: {
      only: ({ from, to }) => from !== "allow" && to !== "allow",
      why: "servers on either side of the change judge one caller differently, and tokens can only be made once all of them know ACLs",
      instead: ({ to }) =>
        to === "deny"
          ? "make it two runs, the first with `acl: { defaultPolicy: allow }`, and give everybody who asks a token in between"
          : "make it two runs, the first with `acl: { defaultPolicy: allow }`",
    },
    tls: {
      only: ({ from, to }) => !isTlsStep(from, to),
      why: "servers on either side of the change would not understand each other",
      instead: ({ from, to }) => `one step a run, each gated: ${tlsWay(from, to)}`,
    },
  },
  client: {
    datacenter: {
      why: "an agent joins servers of its own datacenter alone",
      instead: ({ to }) => `take the agents away, and make new ones for the servers of \`${to}\``,
    },
    dataDir: {
      why: "the agent would begin with an empty folder, as another node",
      instead: ({ from }) => `mount the new disk at \`${from}\``,
    },
    "ports.serfLan": {
      why: "agents and servers that gossip on two ports do not find each other",
      instead: ({ from }) => `keep ${from}, or make new agents beside a new cluster`,
    },
  },
};

/** Who refuses it: the guard of the cluster, or the hosts, where the guard is made in this run or there is none. */
export type Refuser = "guard" | "hosts" | undefined;

const refusals = {
  guard: "is refused before any host is reached",
  hosts: "is refused when it is staged, before anything that runs changes",
};

export function fixedSettings(
  changes: readonly ServerChange[],
  role: Role,
  refuser: Refuser,
): Warning[] {
  return Object.entries(fixed[role]).flatMap(([setting, { only, why, instead }]) =>
    alike(changes, setting)
      .filter((change) => only?.(change) ?? true)
      .map((change): Warning => {
        const what = `\`${setting}\` ${change.from} → ${change.to}`;
        const how = refuser ? refusals[refuser] : "must not change on hosts that run";
        const text = `${what} ${how}, because ${why}. Instead: ${instead(change)}`;
        return { danger: "fixed-settings", ...(refuser && { refused: true }), text };
      }),
  );
}

/** Who has to follow where others know the servers, or the agents, by what changes; a plain note each. */
export function followers(changes: readonly ServerChange[], role: Role): Warning[] {
  const settings = [...new Set(changes.flatMap((change) => change.settings.map((c) => c.setting)))];
  return settings.sort().flatMap((setting) =>
    alike(changes, setting).flatMap((change) => {
      const words = follow(change, role);
      return words === undefined ? [] : [{ text: `\`${setting}\` ${shown(change)}: ${words}` }];
    }),
  );
}

const whoAsks: Record<string, string> = {
  http: "the HTTP API and the UI",
  https: "the HTTPS API and the UI",
  grpc: "gRPC",
  grpcTls: "gRPC over TLS",
  dns: "DNS",
};

function follow({ setting, from, to }: SettingChange, role: Role): string | undefined {
  if (setting === "acl") return followAcl(from, to);
  if (setting === "tls") return followTls(from, to);
  const [group, name = ""] = setting.split(".") as [string, string?];
  const one = role === "server" ? "server" : "agent";
  const asked = whoAsks[name];
  if (asked !== undefined && group === "ports") {
    const where = to === "-1" ? `no longer finds it on a ${one}` : `finds it there on each ${one}`;
    return `whoever asks ${asked} ${where} from that ${one}'s restart on, so clients, load balancers and firewalls have to follow`;
  }
  if (asked !== undefined)
    return `whoever reached ${asked} at another address no longer does from each ${one}'s restart on`;
  if (setting === "ports.server")
    return "servers and agents learn it from gossip and go on; firewalls between them have to let both ports through until the last server has restarted";
  if (setting === "domain")
    return "names in the old domain are no longer answered, so clients, resolvers that forward it and agents with a domain of their own have to follow";
  if (setting === "configDir")
    return `the old folder goes, the gossip key in it with it, when the ${one} is well again`;
  return undefined;
}

function followAcl(from: string, to: string): string | undefined {
  if (to === "deny" && from === "allow")
    return "whoever asks without a token is refused from the moment at which the server that leads has restarted, so applications, client agents and people have to have theirs before";
  if (to === "allow" && from === "off")
    return "everybody may go on as before, but for snapshots, which want a token; one that Consul does not know is refused, so hand tokens out once the run has ended";
  if (to === "allow") return "whoever reaches a server may write and read without a token again";
  return to === "off"
    ? "tokens mean nothing any more; what Consul knows of them it keeps"
    : undefined;
}

function followTls(from: string, to: string): string | undefined {
  const https = "whoever asks them needs `caCertificate` for HTTPS";
  if (to === "preferred" && from !== "required")
    return `servers know one another by name from each one's restart on and give client agents certificates (with \`acl\`, or \`clientCertificates: true\`), and ${https}; plain text they still take, so give each \`ConsulClient\` its \`tls\` before \`required\``;
  if (to === "required") {
    const refused = "servers refuse plain text from each one's";
    return from === "preferred"
      ? `${refused} reload on; client agents that do not show TLS in their node's metadata stop the run when it is staged`
      : `${refused} restart on; ${https}, and client agents have to be gone, or go by \`preferred\``;
  }
  if (to === "preferred") return "servers take plain text again from each one's reload on";
  if (hasHttps(from))
    return "HTTPS no longer answers from each server's restart on, servers take plain text, and client agents get no more certificates of them: those with `tls` have to be without it before their next start";
  return undefined;
}

function shown({ from, to }: SettingChange): string {
  const word = (value: string) => (value === "-1" ? "off" : value);
  return `${word(from)} → ${word(to)}`;
}

/** What becomes of a setting, once for all servers on which it is the same. */
function alike(changes: readonly ServerChange[], setting: string): SettingChange[] {
  const found = changes.flatMap(({ settings }) => settings.filter((c) => c.setting === setting));
  return [...new Map(found.map((change) => [`${change.from} ${change.to}`, change])).values()];
}

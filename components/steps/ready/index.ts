import type { remote } from "@pulumi/command";
import {
  all,
  type ComponentResource,
  type Input,
  type Output,
  output,
  type Resource,
} from "@pulumi/pulumi";
import type { Host } from "../../hosts/host";
import { hostCommand } from "../hostCommand";
import type { Owner } from "../release/owner";

/** An agent whose readiness is looked for. */
interface Awaited {
  name: string;
  desired: Output<string>;
}

interface ReadyArgs {
  way: "server" | "client";
  owner: Owner;
  hosts: Host[];
  agents: Awaited[];
  /** What the command reads before the agents' texts. */
  head?: Output<string>;
}

/** Looks, on the first host, whether all agents are well, after `activated`; it prints their node ids. */
export function ready(
  component: string,
  { way, owner, hosts, agents, head }: ReadyArgs,
  opts: { parent: ComponentResource; dependsOn: Resource[] },
): remote.Command {
  const names = hosts.map((host) => host.name).join(",");
  return hostCommand(
    `${component}-ready`,
    hosts[0] as Host,
    {
      script: way === "server" ? "ready.sh" : "ready-client.sh",
      settings: {
        owner: owner.id,
        ...(way === "server" ? { servers: names } : { clients: names }),
        machines: machines(hosts),
      },
      // Whatever an activation does, readiness is to be seen again afterwards.
      stdin: all([
        head ?? "",
        ...agents.map(({ name, desired }) => desired.apply((text) => `${name}\n${text}`)),
      ]).apply((parts) => parts.join("")),
    },
    opts,
  );
}

/** A machine that was replaced has another node id, which is to be seen; "" where no host tells of its machine. */
function machines(hosts: Host[]): Input<string> {
  return output(hosts.map(({ machineId }) => machineId ?? "")).apply((ids) =>
    ids.some((id) => id !== "") ? ids.map((id) => id || "-").join(",") : "",
  );
}

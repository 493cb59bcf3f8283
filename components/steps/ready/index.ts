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
import { digest } from "../../render/files";
import { hostCommand } from "../hostCommand";
import { reach } from "../reach";
import type { Owner } from "../release/owner";

/** An agent whose readiness is looked for. */
interface Awaited {
  name: string;
  desired: Output<string>;
  /** What its host was found to have applied; see `activate`. */
  found: Output<string>;
}

interface ReadyArgs {
  way: "server" | "client";
  owner: Owner;
  hosts: Host[];
  agents: Awaited[];
  /** What the command reads before the agents' texts. */
  head?: Output<string>;
  /** What may refuse the whole run: no host is reached before. */
  guards: Input<Resource[]>;
}

/** Looks, on the first host, whether all agents are well, after `activated`; it prints their node ids. */
export function ready(
  component: string,
  { way, owner, hosts, agents, head, guards }: ReadyArgs,
  opts: { parent: ComponentResource; dependsOn: Resource[] },
): remote.Command {
  const names = hosts.map((host) => host.name).join(",");
  const [first] = hosts as [Host];
  const settings = {
    owner: owner.id,
    ...(way === "server" ? { servers: names } : { clients: names }),
    machines: machines(hosts),
  };
  // Whatever an activation does, readiness is to be seen again afterwards.
  const stdin = all([
    head ?? "",
    ...agents.map(({ name, desired }) => desired.apply((text) => `${name}\n${text}`)),
  ]).apply((parts) => parts.join(""));
  const found = ofAll(agents.map((agent) => agent.found));
  const wanted = ofAll(hosts.map((host) => host.wanted ?? "")).apply((labels) =>
    labels === "" ? "" : digest(labels),
  );
  // Before the first step, beside the others' looks: where nothing changes on this host, nobody else would.
  const about = way === "server" ? [settings, stdin] : [settings];
  const { parent } = opts;
  const reached = reach(`${component}-reach`, first, about, { parent, dependsOn: guards });
  return hostCommand(
    `${component}-ready`,
    first,
    { script: way === "server" ? "ready.sh" : "ready-client.sh", settings, stdin, found, wanted },
    { parent, dependsOn: [...opts.dependsOn, reached] },
  );
}

/** A machine that was replaced has another node id, which is to be seen; "" where no host tells of its machine. */
function machines(hosts: Host[]): Input<string> {
  return ofAll(hosts.map(({ machineId }) => machineId ?? ""));
}

/** What is told of each, between commas; "" where nothing is told of any. */
function ofAll(told: Input<string>[]): Output<string> {
  return output(told).apply((words) =>
    words.some((word) => word !== "") ? words.map((word) => word || "-").join(",") : "",
  );
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { local } from "@pulumi/command";
import {
  all,
  type CustomResourceOptions,
  interpolate,
  mergeOptions,
  type Output,
  output,
  type Resource,
  secret,
} from "@pulumi/pulumi";
import { clusterId } from "../../cluster/clusterId";
import type { ClusterPlan } from "../../cluster/plan";
import type { Host } from "../../hosts/host";
import { shellWords } from "../../shellWords";
import { renderSshAccess, withSshAccess } from "../reach/sshAccess";
import type { Owner } from "../release/owner";

/** What a departure reads of a plan, a cluster's or that of its clients. */
type LeavingPlan = Pick<ClusterPlan, "datacenter" | "removeData">;

/** Who lets its hosts go. */
export interface Leaving {
  /** By which the component is known: see `labelOf`. */
  cluster: string;
  owner: Owner;
  /** All hosts of the component. */
  hosts: Host[];
}

/**
 * The way out of a server: nothing as long as it stays. Deleted, it takes the server out of its cluster, gated
 * like any change, and off a host that stays; a host that is dead is forgotten by its neighbours instead.
 *
 * It is replaced, the old one first, with whatever the server stands on: a new machine under an old name, or
 * another address. A host that stays is the same host, however often it is set up again.
 *
 * A client agent's is the same without the gates, and is never refused.
 */
export function departure(
  name: string,
  { cluster, owner, hosts }: Leaving,
  host: Host,
  plan: Output<LeavingPlan>,
  opts: CustomResourceOptions,
  way: "server" | "client" = "server",
): Resource {
  const neighbours = hosts.filter((other) => other !== host).map((other) => other.name);
  const words = all([host.address, plan]).apply(([address, { datacenter, removeData }]) =>
    settingWords({
      cluster: clusterId(cluster),
      name: host.name,
      address,
      datacenter,
      neighbours: neighbours.join(","),
      stays: host.stays ? "yes" : "no",
      removeData: removeData ? "yes" : "no",
    }),
  );
  return departing(name, interpolate`leave ${words}`, hosts, owner, {
    triggers: [host.stays ? host.address : (host.machineId ?? host.address)],
    scripts: way === "client" ? ["depart-client.sh"] : [],
    opts: mergeOptions(opts, { deleteBeforeReplace: true }),
  });
}

/**
 * Deleted before anything else where a whole cluster goes: then nobody waits for neighbours that go, too. Where machines are
 * protected it refuses, for servers would have left by the time that their machines stay. `component` is its name, after which
 * the resource is called.
 */
export function teardown(
  component: string,
  { cluster, owner, hosts }: Leaving,
  opts: CustomResourceOptions,
): Resource {
  const neighbours = hosts.map((host) => host.name).join(",");
  const words = all(hosts.map(({ isProtected = false }) => isProtected)).apply((each) =>
    settingWords({
      cluster: clusterId(cluster),
      name: component,
      neighbours,
      stays: hosts.some((host) => host.stays) ? "yes" : "no",
      ...(each.includes(true) && { protected: "yes" }),
    }),
  );
  return departing(`${component}-farewell`, interpolate`teardown ${words}`, hosts, owner, {
    scripts: ["depart-teardown.sh"],
    opts,
  });
}

function settingWords(settings: Record<string, string>): string {
  return shellWords(Object.entries(settings).map(([key, value]) => `${key}=${value}`));
}

interface Departing extends Pick<local.CommandArgs, "triggers"> {
  /** What stands behind depart.sh. */
  scripts: string[];
  opts: CustomResourceOptions;
}

function departing(
  name: string,
  onDelete: Output<string>,
  hosts: Host[],
  owner: Owner,
  { triggers, scripts, opts }: Departing,
): Resource {
  const servers = all(
    hosts.map(({ name, connection, sudoPassword }) => output({ name, connection, sudoPassword })),
  );
  const script = ["../reach/over-ssh.sh", "depart.sh", ...scripts]
    .map((file) => readFileSync(join(__dirname, file), "utf8"))
    .join("");
  return new local.Command(
    name,
    {
      create: `${run} keep`,
      delete: interpolate`${run} ${onDelete}`,
      stdin: secret(
        all([servers, owner.id]).apply(([known, id]) =>
          withSshAccess(script, renderSshAccess(known, id)),
        ),
      ),
      triggers,
      logging: local.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    opts,
  );
}

/** In the place of its parent, so that its own parent is the plugin: `depart.sh` knows the run by it. */
const run = "exec sh -s";

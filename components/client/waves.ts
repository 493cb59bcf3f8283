import { local } from "@pulumi/command";
import type { CustomResourceOptions, Resource } from "@pulumi/pulumi";
import type { Host } from "../hosts/host";
import { digest } from "../render/files";

/** How many others a departure can ask: one more than it needs, for one of them may be away itself. */
const ASKED = 2;

/**
 * The hosts that the departure of this one knows: itself, and those that can make the pool forget it. Names stand on a ring,
 * each at its hash, and the next ones are asked: so the state grows with the clients and not with their square, and whoever
 * comes or goes is one of the next ones of two others, wherever it stands in the list.
 */
export function hostsOfDeparture(host: Host, hosts: Host[]): Host[] {
  const own = digest(host.name);
  const next = hosts
    .filter((other) => other !== host)
    .map((other) => {
      const place = digest(other.name);
      // Those behind the own place first, and then on from where the ring begins.
      return { other, turn: `${place > own ? 0 : 1} ${place}` };
    })
    .sort((a, b) => (a.turn < b.turn ? -1 : 1))
    .slice(0, ASKED)
    .map(({ other }) => other);
  return hosts.filter((other) => other === host || next.includes(other));
}

/**
 * One resource that waits for all, in the place of each waiting for each: the engine writes down every such edge. It does
 * nothing; its text tells a reviewer how many change at a time.
 */
export function barrier(name: string, concurrency: number, opts: CustomResourceOptions): Resource {
  return new local.Command(
    name,
    {
      create: `true concurrency=${concurrency}`,
      logging: local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    opts,
  );
}

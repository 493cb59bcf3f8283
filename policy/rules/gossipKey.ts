import { childOf, clustersOf, type Resource, serversOf, text, type Violation } from "../graph";
import { before, type LastRun, replacedAsItIs } from "../lastRun";

/**
 * The key of a cluster that runs changes where a rotation is asked for: `gossip.rotation` rises, or a key is
 * handed in. A key that changes otherwise locks out who has the old one.
 */
export function keptGossipKey(resources: Resource[], last: LastRun): Violation[] {
  return clustersOf(resources).flatMap((cluster) => {
    const message = trouble(cluster, resources, last);
    const key = childOf(cluster, "gossip-key", resources);
    return message === undefined ? [] : [{ urn: (key ?? cluster).urn, message }];
  });
}

function trouble(cluster: Resource, resources: Resource[], last: LastRun): string | undefined {
  const steps = serversOf(cluster, resources).flatMap(
    (server) => childOf(server, "config", resources) ?? [],
  );
  const was = firstLabel(steps.map((step) => before(step, last)?.inputs?.create));
  // No server has a key yet.
  if (was === undefined) return undefined;
  const is = firstLabel(steps.map((step) => text(step, "create")));
  const of = `of the cluster ${cluster.name}`;
  if (is === undefined) {
    return `the gossip key ${of} is handed in by something that this run makes anew; hand in a value that is known, or keep what makes it`;
  }
  const [old, wanted] = [rotationOf(was), rotationOf(is)];
  if (wanted === undefined) return undefined;
  if (old === undefined) {
    return wanted > 1
      ? undefined
      : `the gossip key ${of} would be replaced by one that the component makes: gossipKey was handed in and is not any more. Hand it in again; if another key is meant, say gossip.rotation: 2`;
  }
  if (wanted < old) {
    return `gossip.rotation ${of} falls from ${old} to ${wanted}: it only rises, but for one that was refused: docs/operations.md, "Another gossip key"`;
  }
  if (wanted > old) return undefined;
  const key = childOf(cluster, "gossip-key", resources);
  const kept = key && before(key, last);
  if (key && kept && !replacedAsItIs(key, kept)) return undefined;
  return (
    `the gossip key ${of} would be made anew, and its servers, at rotation ${old}, would not be told: ` +
    (kept
      ? "it is asked to be replaced. Leave that out, or "
      : "the stack's state does not have it any more. Hand the cluster's key in as gossipKey, or bring the state back; for another key ") +
    `say gossip.rotation: ${old + 1}`
  );
}

/** `secrets=LABEL` in the words of a step: names the key and does not give it away. */
function firstLabel(words: unknown[]): string | undefined {
  return words
    .filter((word) => typeof word === "string")
    .map((word) => /(?:^|\s)'?secrets=([\w-]+)/.exec(word)?.[1])
    .find((label) => label !== undefined);
}

/** A key that is handed in has a hash for a label. */
function rotationOf(label: string): number | undefined {
  const number = /^rotation-(\d+)$/.exec(label)?.[1];
  return number === undefined ? undefined : Number(number);
}

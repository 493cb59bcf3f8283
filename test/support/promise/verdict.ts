import type { ClusterReview, Effect } from "../../../components/review";
import type { Deed, Event } from "./evidence";

/**
 * What a plan said and a run did not keep, or did beyond it, in words; nothing where promise and deed are one.
 * `failed`: the run's end. Every server was well before: who is not is repaired first, and no plan can know it.
 */
export function brokenPromises(plan: ClusterReview, deeds: Deed[], failed: boolean): string[] {
  const refused = plan.warnings.some((warning) => warning.refused);
  const effects = new Map(plan.servers.map(({ name, effect }) => [name, effect]));
  const seen = new Set(deeds.map(({ name }) => name));
  return [
    ...(refused === failed
      ? []
      : [refused ? "the plan says that the run refuses it, and it did not" : "the run failed"]),
    ...plan.servers
      .filter(({ name }) => !seen.has(name))
      .map(({ name }) => `${name}: nobody looked at it`),
    ...deeds.flatMap((deed) =>
      ofServer(deed, refused ? "nothing" : (effects.get(deed.name) ?? "nothing")).map(
        (text) => `${deed.name}: ${text}`,
      ),
    ),
    ...(refused ? [] : [...together(deeds), ...disorder(plan, deeds)]),
  ];
}

/** What is not as this effect has it; each check says what is wrong, or false. */
function ofServer(deed: Deed, effect: Effect): string[] {
  return checks(deed, effect).filter((text) => typeof text === "string");
}

type Check = string | false;

function checks(deed: Deed, effect: Effect): Check[] {
  switch (effect) {
    case "nothing":
    case "staging":
    case "rotation":
      return [...sameProcess(deed), ...sameNode(deed), reloads(deed, 0)];
    case "reload":
      return [...sameProcess(deed), ...sameNode(deed), reloads(deed, 1)];
    case "restart":
      return [...oneStart(deed), ...sameNode(deed)];
    case "wipe":
      return [...oneStart(deed), sameMachine(deed), otherNode(deed)];
    case "replacement":
      return [...oneStart(deed), deed.dataStays ? theSameOnAnother(deed) : otherNode(deed)];
    case "start":
    case "join":
      return [ran(deed) && "a Consul ran there before it joined", ...oneStart(deed)];
    case "leave":
      return [
        deed.after !== undefined && deed.after.pid !== "0" && "it still runs",
        deed.events.some(({ what }) => what === "started") && "it was started once more",
      ];
    case "unknown":
      return [];
    default:
      effect satisfies never;
      return [];
  }
}

function sameProcess({ before, after, events }: Deed): Check[] {
  if (!before || !after) return ["the host is not there before and after"];
  const touched = events.filter(({ what }) => what !== "said");
  return [
    (before.pid !== after.pid || before.began !== after.began) &&
      `another process runs (${before.pid} and then ${after.pid})`,
    touched.length > 0 &&
      `systemd's journal has it ${touched.map(({ what }) => what).join(", then ")}`,
  ];
}

/** One stop, one start, and neither a failure nor a second try in between. */
function oneStart({ before, after, events }: Deed): Check[] {
  if (!after || after.pid === "0") return ["nothing runs there"];
  const number = (what: Event["what"]) => events.filter((event) => event.what === what).length;
  const [starts, tries] = [number("started"), number("started by itself")];
  // Consul ends with code 1 where it is stopped without leaving: what fails once it was started counts.
  const first = events.findIndex(({ what }) => what === "started");
  const failures = events.slice(first + 1).filter(({ what }) => what === "failed").length;
  return [
    before?.pid === after.pid && before.began === after.began && "the same process runs on",
    starts !== 1 && `it was started ${starts} times`,
    tries > 0 && `systemd started it again by itself, ${tries} times`,
    failures > 0 && `it failed ${failures} times`,
    after.restarts !== "0" && `systemd counts ${after.restarts} restarts of its own`,
    reloads({ events }, 0),
  ];
}

function reloads({ events }: Pick<Deed, "events">, wanted: number): Check {
  const found = events.filter(({ what, text }) => what === "said" && /^reload done/.test(text));
  return found.length !== wanted && `it reloaded ${found.length} times, and not ${wanted}`;
}

function sameNode(deed: Deed): Check[] {
  const { before, after } = deed;
  if (!before || !after) return [];
  return [
    sameMachine(deed),
    before.nodeId !== after.nodeId && `it is another node (${before.nodeId}, now ${after.nodeId})`,
    before.dataFolder !== after.dataFolder && "its data folder is another one",
  ];
}

function sameMachine({ before, after }: Deed): Check {
  return before?.machine !== after?.machine && "it is another machine";
}

function otherNode({ before, after }: Deed): Check {
  if (!after?.nodeId) return "it has no node id";
  return before?.nodeId === after.nodeId && "it still is the same node";
}

function theSameOnAnother({ before, after }: Deed): Check {
  if (before?.machine === after?.machine) return "it is the same machine";
  return before?.nodeId !== after?.nodeId && "it is another node, without its data";
}

function ran({ before }: Deed): boolean {
  return before !== undefined && before.pid !== "0";
}

interface Away {
  name: string;
  from: number;
  /** When it was said to be done, which is when its gate had passed. */
  until?: number;
}

/** When a server was down, or not in its cluster yet; undefined where it never was. */
function away({ name, events }: Deed): Away | undefined {
  const from = events.find(({ what }) => what !== "said")?.at;
  if (from === undefined) return undefined;
  const done = events.find(
    ({ at, what, text }) =>
      what === "said" && at >= from && /^(re)?start done|^wipe done/.test(text),
  );
  return { name, from, until: done?.at };
}

/** Whoever goes waits until the one before is back. */
function together(deeds: Deed[]): string[] {
  const absences = deeds
    .filter(({ after }) => after !== undefined)
    .flatMap((deed) => away(deed) ?? [])
    .sort((a, b) => a.from - b.from);
  return absences.flatMap(({ name, until }, index) => {
    const next = absences[index + 1];
    if (until === undefined) return [`${name}: it was never said to be back`];
    if (next === undefined || next.from >= until) return [];
    const early = Math.round((until - next.from) / 1000);
    return [`${next.name}: it went ${early} ms before ${name} was back`];
  });
}

/** Servers change in the order of the plan, and who leaves does so at the end, the last one first. */
function disorder({ servers }: ClusterReview, deeds: Deed[]): string[] {
  const leaving = servers.filter(({ effect }) => effect === "leave").reverse();
  const promised = [...servers.filter(({ effect }) => effect !== "leave"), ...leaving];
  const times = promised.flatMap(({ name, effect }) => {
    const deed = deeds.find((one) => one.name === name);
    const at = deed && (effect === "reload" ? reloadedAt(deed) : away(deed)?.from);
    return at === undefined ? [] : [{ name, at }];
  });
  return times.flatMap(({ name, at }, index) => {
    const before = times[index - 1];
    return before !== undefined && before.at > at
      ? [`${name}: it changed before ${before.name}, and not after it`]
      : [];
  });
}

function reloadedAt({ events }: Deed): number | undefined {
  return events.find(({ what, text }) => what === "said" && /^reload done/.test(text))?.at;
}

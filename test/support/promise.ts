import {
  type ClusterReview,
  type dangers,
  type Effect,
  reviewPreview,
} from "../../components/review";
import { openDoors } from "./doors";
import { keepsWithin, type LoadResult, underLoad } from "./load";
import { sshOutput } from "./machines";
import {
  type Deed,
  journalCommand,
  type Look,
  lookCommand,
  readEvents,
  readLook,
} from "./promise/evidence";
import { brokenPromises } from "./promise/verdict";
import { quietRoom } from "./quiet";
import type { Settings, TestStack } from "./stack";

export interface PromiseOptions {
  /** What the plan has to say of each server, or of all: a promise and a deed may be wrong alike. */
  says: Effect | Record<string, Effect>;
  /** Why the plan says that the run refuses it. @default it does not */
  refused?: (typeof dangers)[number];
  /** The longest time without an acknowledged write, in milliseconds over the idle one. @default 1000 */
  gap?: number;
  /** The longest in an attempt that is not the last. @default `gap`, and a second at least */
  worst?: number;
  /** Servers that nothing is written through: those that join, leave or begin anew. @default none */
  without?: readonly string[];
  /** What the writers write with, "" for none. @default the management token of the settings before, where there are ACLs */
  token?: string;
  /** Applies the change, and returns what that said. @default one run of the stack */
  apply?: () => Promise<string>;
  /** The machine that each server stands on in the end, where it is not the one of its name. @default none */
  movesTo?: Record<string, string>;
  /** Runs a shell command on a server's host. @default over SSH, on the machine of its name */
  on?: Shell;
  /** A new machine takes its server's data over, and is the same node. @default false */
  dataStays?: boolean;
}

type Shell = (name: string, command: string) => Promise<string>;

export interface Kept {
  plan: ClusterReview;
  deeds: Deed[];
  /** Everything that the run said. */
  said: string;
  load: LoadResult & { idleGap: number };
}

/**
 * Holds what a run does against what the plan said of it, server by server, by evidence off the hosts, while writers
 * write through them. `hosts`: all of the stack's servers, before and after, by address. `change`: the new settings, or
 * what they are in each attempt, where a gap is so short that a busy computer may need several: the same settings are no
 * change the second time, so before that the stack goes back to those it had.
 *
 * After a run that was refused the stack has its settings of before again.
 *
 * @throws where the plan is another than `says`, and with every promise that was not kept.
 */
export async function keepsItsPromise(
  stack: TestStack,
  hosts: Record<string, string>,
  change: Settings | ((attempt: number) => Settings | Promise<Settings>),
  options: PromiseOptions,
): Promise<Kept> {
  let kept: Kept | undefined;
  const gap = options.gap ?? 1000;
  const before = stack.settings;
  const attempt = async (number: number) => {
    const isTheSame = typeof change !== "function" && number > 0;
    if (isTheSame) {
      stack.settings = before;
      await stack.up();
    }
    const settings = typeof change === "function" ? await change(number) : change;
    const measured = () => changeOnce(stack, hosts, settings, options);
    const { load, ...rest } = await (gap < 1000 ? quietRoom.alone(measured) : measured());
    kept = { ...rest, load };
    return load;
  };
  await keepsWithin(gap, attempt, options.worst ?? Math.max(gap, 1000));
  return kept as Kept;
}

async function changeOnce(
  stack: TestStack,
  hosts: Record<string, string>,
  settings: Settings,
  options: PromiseOptions,
) {
  const before = stack.settings;
  const access = await stack.access();
  stack.settings = settings;
  const written = Object.entries(hosts).filter(([name]) => !options.without?.includes(name));
  const doors = await openDoors(stack.name, Object.fromEntries(written), [before, settings], {
    ...access,
    ...(options.token !== undefined && { token: options.token }),
  });
  const there = options.on ?? ((name, command) => sshOutput(stack.name, name, command));
  const moved = options.movesTo ?? {};
  const afterwards: Shell = (name, command) => there(moved[name] ?? name, command);
  let plan: ClusterReview | undefined;
  let looks: Record<string, Look> = {};
  let run = { failed: false, said: "" };
  const load = await underLoad(
    Object.values(doors.apis),
    async () => {
      looks = await looksAt(there, hosts, plan as ClusterReview, ["start", "join"], before);
      run = await runOf(stack, options);
    },
    // The plan is made under load as well: the engine alone keeps this computer busy.
    async () => {
      plan = await planOf(stack);
      try {
        expectSaid(plan, options);
      } catch (error) {
        // The next test begins where this one did.
        stack.settings = before;
        throw error;
      }
    },
  ).finally(doors.close);
  // What was refused left everything where it was.
  if (run.failed) stack.settings = before;
  if (plan === undefined) throw new Error("there is no plan");
  const after = await looksAt(afterwards, hosts, plan, ["leave"], stack.settings);
  const deeds = await deedsOf(afterwards, hosts, looks, after, options);
  const broken = brokenPromises(plan, deeds, run.failed);
  if (broken.length > 0)
    throw new Error(`the plan and the run differ:\n${broken.join("\n")}\n${run.said}`);
  return { plan, deeds, said: run.said, load };
}

/** The review of the stack's only cluster. */
async function planOf(stack: TestStack): Promise<ClusterReview> {
  const { clusters } = reviewPreview(await stack.preview("--json", "--show-sames"));
  const [plan, ...others] = clusters.filter(({ role }) => role === "server");
  if (plan === undefined || others.length > 0)
    throw new Error(`one cluster, and not ${clusters.length}, is what a promise is about`);
  return plan;
}

function expectSaid(plan: ClusterReview, { says, refused }: PromiseOptions): void {
  for (const { name, effect } of plan.servers) {
    const wanted = typeof says === "string" ? says : says[name];
    if (effect !== wanted)
      throw new Error(`the plan says "${effect}" of ${name}, where "${wanted}" is right`);
  }
  const found = plan.warnings.filter((warning) => warning.refused).map(({ danger }) => danger);
  if (refused === undefined ? found.length > 0 : !found.includes(refused))
    throw new Error(
      `the plan says "${found.join(", ")}" of refusals, where "${refused ?? ""}" is right`,
    );
}

async function runOf(
  stack: TestStack,
  { refused, apply }: PromiseOptions,
): Promise<{ failed: boolean; said: string }> {
  if (refused !== undefined) return { failed: true, said: await stack.upThatFails() };
  if (apply !== undefined) return { failed: false, said: await apply() };
  const { stdout, stderr } = await stack.up();
  return { failed: false, said: stdout + stderr };
}

/** Looks at every host that is there: whom the plan has as one of `absent` is not. */
async function looksAt(
  on: Shell,
  hosts: Record<string, string>,
  plan: ClusterReview,
  absent: readonly Effect[],
  settings: Settings,
): Promise<Record<string, Look>> {
  const missing = plan.servers
    .filter(({ effect }) => absent.includes(effect))
    .map(({ name }) => name);
  const command = lookCommand((settings.dataDir as string | undefined) ?? "/var/consul");
  const looks = Object.keys(hosts)
    .filter((name) => !missing.includes(name))
    .map(async (name) => [name, readLook(await on(name, command))] as const);
  return Object.fromEntries(await Promise.all(looks));
}

async function deedsOf(
  on: Shell,
  hosts: Record<string, string>,
  before: Record<string, Look>,
  after: Record<string, Look>,
  { dataStays }: PromiseOptions,
): Promise<Deed[]> {
  // The machines share this computer's clock: a new one has no look of its own from before.
  const begin = Math.min(...Object.values(before).map(({ at }) => at));
  const deeds = Object.keys(hosts).map(async (name): Promise<Deed> => {
    const since = before[name]?.at ?? begin;
    const journal = after[name] === undefined ? "" : await on(name, journalCommand(since));
    return {
      name,
      before: before[name],
      after: after[name],
      events: readEvents(journal, since),
      dataStays,
    };
  });
  return Promise.all(deeds);
}

import type { Progress } from "../lab/progress/progress";
import type { Toolchain } from "../lab/toolchain/toolchain";
import { Gate } from "../test/conformance/support/net";
import { Sshd } from "../test/conformance/support/sshd";
import { bareHosts, makeBare, removeHosts } from "./hosts";
import { type Comparison, type Row, seconds } from "./measure";
import { benchProgram, benchStack } from "./stack";

const servers = [3, 5, 7];
const clients = [5, 50, 200];

/**
 * A backend of files writes the state whole at each step, so that of two hundred hosts takes the square of their number. What is ours
 * shows where it is written once, in the end.
 */
const writtenOnce = { PULUMI_SKIP_CHECKPOINTS: "true" };
/** Up to so many the usual way is measured as well. */
const writtenOften = 50;

/** How the time of a run grows with a cluster's servers, on machines, and with client agents, on hosts that only answer SSH. */
export async function benchGrow(toolchain: Toolchain, progress: Progress): Promise<Comparison> {
  const rows = await growServers(toolchain, progress);
  const [previews, ups, whole] = await growClients(toolchain, progress);
  const each = (times: Map<number, number>, count: number) => (times.get(count) as number) / count;
  const few = clients[1] as number;
  const many = clients[2] as number;
  const goal = (name: string, times: Map<number, number>) => ({
    name: `${name} of ${many} clients to that of ${few}, for each`,
    value: each(times, many) / each(times, few),
    goal: 1.2,
  });
  const rowsOf = (name: string, times: Map<number, number>) =>
    [...times].map(([count, took]): Row => [`${count} clients, ${name}`, [took]]);
  return {
    title: "a cluster that grows",
    rows: [
      ...rows,
      ...rowsOf("preview", previews),
      ...rowsOf("up", ups),
      ...rowsOf("up, the state written at each step", whole),
    ],
    goals: [goal("preview", previews), goal("up", ups)],
  };
}

async function growServers(toolchain: Toolchain, progress: Progress): Promise<Row[]> {
  const hosts = await progress.step("booting seven bare hosts", () => bareHosts(7));
  const rows: Row[] = [];
  const measure = async (title: string, work: () => Promise<void>) => {
    rows.push([title, [await progress.step(title, () => seconds(work))]]);
  };
  try {
    await makeBare(hosts);
    for (const count of servers) {
      const pulumi = benchStack(toolchain, hosts.slice(0, count));
      await measure(`${count} servers, up`, () => pulumi(["up"]));
      await measure(`${count} servers, unchanged`, () => pulumi(["up", "--expect-no-changes"]));
    }
    await benchStack(toolchain, hosts)(["destroy"]);
  } finally {
    await removeHosts(hosts);
  }
  return rows;
}

/** One SSH server that does nothing and says that all is well, behind as many doors as there are hosts. */
async function growClients(toolchain: Toolchain, progress: Progress) {
  const host = await Sshd.start(["ForceCommand cat > /dev/null", "MaxStartups 1000"]);
  const doors = await Promise.all(
    Array.from({ length: Math.max(...clients) }, () => Gate.open(host.port)),
  );
  const { user, host: sshHost } = host.connection();
  const { hostKey, privateKeyFile } = host;
  const pulumi = benchProgram(toolchain, "clients");
  const previews = new Map<number, number>();
  const ups = new Map<number, number>();
  const whole = new Map<number, number>();
  try {
    for (const count of clients) {
      const settings = {
        ports: doors.slice(0, count).map(({ port }) => port),
        login: { user, sshHost, hostKey, privateKeyFile },
        gossipKey: Buffer.alloc(32).toString("base64"),
      };
      const run = (verb: string, env: NodeJS.ProcessEnv = writtenOnce) =>
        progress.step(`${count} clients, ${verb}`, () =>
          seconds(() => pulumi([verb], settings, env)),
        );
      previews.set(count, await run("preview"));
      ups.set(count, await run("up"));
      await run("destroy");
      if (count > writtenOften) continue;
      whole.set(count, await run("up", {}));
      await run("destroy");
    }
  } finally {
    for (const door of doors) await door.stop();
    await host.stop();
  }
  return [previews, ups, whole] as const;
}

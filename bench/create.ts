import { randomBytes } from "node:crypto";
import { mirrorSettings } from "../lab/mirror/mirror";
import type { Progress } from "../lab/progress/progress";
import { clusterStatus } from "../lab/status/cluster";
import type { Toolchain } from "../lab/toolchain/toolchain";
import { versions } from "../lab/toolchain/versions";
import { type BenchHost, bareHosts, makeBare, removeHosts, runScript } from "./hosts";
import { type Comparison, median, type Row, seconds } from "./measure";
import { Phases, together } from "./phases";
import { benchProgram, benchStack } from "./stack";

const rounds = 3;

/**
 * From three bare hosts to three healthy voters: `pulumi up --skip-preview` beside a plain parallel ssh
 * script that does the same installation, in turns, on the same hosts. Also an `up` without changes, beside that
 * of an empty program.
 */
export async function benchCreate(toolchain: Toolchain, progress: Progress): Promise<Comparison> {
  const hosts = await progress.step("booting three bare hosts", () => bareHosts(3));
  const times: Record<"script" | "pulumi" | "unchanged" | "empty", number[]> = {
    script: [],
    pulumi: [],
    unchanged: [],
    empty: [],
  };
  const phases: Row[][] = [];
  const pulumi = benchStack(toolchain, hosts);
  const empty = benchProgram(toolchain, "empty");
  try {
    for (let round = 1; round <= rounds; round++) {
      await makeBare(hosts);
      times.script.push(
        await timed(progress, `round ${round}: plain ssh script`, () => installByScript(hosts)),
      );
      await makeBare(hosts);
      times.pulumi.push(
        await timed(progress, `round ${round}: pulumi up`, async () => {
          const watch = new Phases(["release", "config", "secrets", "activate", "ready"]);
          await pulumi(["up"], {}, watch.line);
          phases.push(watch.rows());
        }),
      );
      times.unchanged.push(
        await timed(progress, `round ${round}: pulumi up without changes`, () =>
          pulumi(["up", "--expect-no-changes"]),
        ),
      );
      times.empty.push(
        await timed(progress, `round ${round}: pulumi up of an empty program`, () => empty(["up"])),
      );
      await pulumi(["destroy"]);
    }
  } finally {
    await removeHosts(hosts);
  }
  return {
    title: "from three bare hosts to three healthy voters",
    rows: [
      ["plain parallel ssh script", times.script],
      ["pulumi up --skip-preview", times.pulumi],
      ...together(phases),
      ["pulumi up without changes", times.unchanged],
      ["pulumi up of an empty program", times.empty],
    ],
    goals: [
      {
        name: "pulumi up to script",
        value: median(times.pulumi) / median(times.script),
        goal: 1.6,
      },
      {
        name: "pulumi up without changes to that of an empty program",
        value: median(times.unchanged) / median(times.empty),
        goal: 1.35,
      },
    ],
  };
}

async function installByScript(hosts: BenchHost[]): Promise<void> {
  const key = randomBytes(32).toString("base64");
  await Promise.all(
    hosts.map((host) => {
      const others = hosts.filter(({ name }) => name !== host.name).map(({ address }) => address);
      return runScript(host, "plain-install.sh", [
        host.name,
        host.address,
        key,
        mirrorSettings.mirror,
        versions.consul,
        ...others,
      ]);
    }),
  );
  const apis = hosts.map(({ address }) => `http://${address}`);
  for (;;) {
    const status = await clusterStatus(apis);
    if (status?.servers.filter(({ healthy, voter }) => healthy && voter).length === hosts.length)
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function timed(
  progress: Progress,
  title: string,
  work: () => Promise<unknown>,
): Promise<number> {
  return progress.step(title, async () => seconds(work));
}

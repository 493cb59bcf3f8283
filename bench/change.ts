import type { Progress } from "../lab/progress/progress";
import type { Toolchain } from "../lab/toolchain/toolchain";
import { ConsulApi } from "../test/support/consul";
import { startLoad } from "../test/support/load";
import { bareHosts, makeBare, removeHosts, runScript } from "./hosts";
import { type Comparison, median, type Row, seconds } from "./measure";
import { Phases, together } from "./phases";
import { benchStack } from "./stack";

const rounds = 3;

/**
 * One setting of a running cluster changed under a steady write load: `pulumi up`, gated, beside a loop that
 * restarts one host after the other over ssh, in turns, on the same servers.
 */
export async function benchChange(toolchain: Toolchain, progress: Progress): Promise<Comparison> {
  const hosts = await progress.step("booting three bare hosts", () => bareHosts(3));
  const apis = hosts.map(({ address }) => new ConsulApi(address));
  const pulumi = benchStack(toolchain, hosts);
  const took = { loop: [] as number[], pulumi: [] as number[] };
  const gaps = { loop: [] as number[], pulumi: [] as number[] };
  const phases: Row[][] = [];

  const measure = async (way: keyof typeof took, work: () => Promise<unknown>) => {
    const load = startLoad(apis);
    took[way].push(await seconds(work));
    // A gap may begin with the last restart.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    gaps[way].push((await load.stop()).longestGap / 1000);
  };

  try {
    await makeBare(hosts);
    await progress.step("making the cluster", () => pulumi(["up"]));
    for (let round = 1; round <= rounds; round++) {
      await progress.step(`round ${round}: restart loop`, () =>
        measure("loop", async () => {
          for (const host of hosts) await runScript(host, "restart.sh");
        }),
      );
      await progress.step("back to a healthy cluster", () => pulumi(["up"]));
      const environment = { BENCH_ROUND: String(round) };
      await progress.step(`round ${round}: pulumi up`, () =>
        measure("pulumi", async () => {
          const watch = new Phases(["config", "activate", "ready"]);
          await pulumi(["up"], { environment }, watch.line);
          phases.push(watch.rows());
        }),
      );
    }
    await pulumi(["destroy"]);
  } finally {
    await removeHosts(hosts);
  }
  return {
    title: "a rolling restart of three servers under load",
    rows: [
      ["restart loop, time", took.loop],
      ["pulumi up, time", took.pulumi],
      ...together(phases),
      ["restart loop, longest gap", gaps.loop],
      ["pulumi up, longest gap", gaps.pulumi],
    ],
    goals: [
      { name: "pulumi up", value: median(took.pulumi), goal: 16, unit: " s" },
      {
        name: "gap of pulumi up to gap of the loop",
        value: median(gaps.pulumi) / median(gaps.loop),
        goal: 0.5,
      },
    ],
  };
}

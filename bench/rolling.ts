import type { Progress } from "../lab/progress/progress";
import type { Toolchain } from "../lab/toolchain/toolchain";
import { ConsulApi } from "../test/support/consul";
import { startLoad } from "../test/support/load";
import { bareHosts, makeBare, removeHosts } from "./hosts";
import { type Comparison, median, seconds } from "./measure";
import { benchStack } from "./stack";

const rounds = 50;

/** One rolling restart after the other by `pulumi up`, each under a steady write load: what is rare has to show itself in so many. */
export async function benchRolling(toolchain: Toolchain, progress: Progress): Promise<Comparison> {
  const hosts = await progress.step("booting three bare hosts", () => bareHosts(3));
  const apis = hosts.map(({ address }) => new ConsulApi(address));
  const pulumi = benchStack(toolchain, hosts);
  const times: number[] = [];
  const gaps: number[] = [];
  const writes = { acknowledged: 0, failed: 0, lost: 0 };
  try {
    await makeBare(hosts);
    await progress.step("making the cluster", () => pulumi(["up"]));
    for (let round = 1; round <= rounds; round++) {
      const load = startLoad(apis);
      await progress.step(`restart ${round} of ${rounds}`, async () => {
        times.push(
          await seconds(() => pulumi(["up"], { environment: { BENCH_ROUND: `${round}` } })),
        );
      });
      const { acknowledged, failed, lost, longestGap } = await load.stop();
      gaps.push(longestGap / 1000);
      writes.acknowledged += acknowledged;
      writes.failed += failed;
      writes.lost += lost.length;
    }
    await pulumi(["destroy"]);
  } finally {
    await removeHosts(hosts);
  }
  const { acknowledged, failed, lost } = writes;
  return {
    title: `${rounds} rolling restarts of three servers; writes: ${acknowledged} acknowledged, ${failed} failed`,
    rows: [
      ["pulumi up, time", times],
      ["longest gap of each", gaps],
    ],
    goals: [
      { name: "acknowledged and lost", value: lost, goal: 0 },
      { name: "longest gap of all", value: Math.max(...gaps), goal: 1, unit: " s" },
      { name: "pulumi up", value: median(times), goal: 16, unit: " s" },
    ],
  };
}

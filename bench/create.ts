import { randomBytes } from "node:crypto";
import { stringify } from "yaml";
import { mirrorFolder } from "../lab/mirror/mirror";
import type { Progress } from "../lab/progress/progress";
import { type PulumiOptions, runPulumi } from "../lab/pulumi/run";
import { clusterStatus } from "../lab/status/cluster";
import { Failure } from "../lab/system/failure";
import type { Toolchain } from "../lab/toolchain/toolchain";
import { versions } from "../lab/toolchain/versions";
import { type BenchHost, bareHosts, privateKeyFile, removeHosts, runScript } from "./hosts";
import { type Comparison, median, seconds } from "./measure";

const rounds = 3;
const mirror = `file://${mirrorFolder}`;

/**
 * From three bare hosts to three healthy voters: `pulumi up --skip-preview` beside a plain parallel ssh
 * script that does the same installation, in turns, on the same hosts. Also an `up` without changes.
 */
export async function benchCreate(toolchain: Toolchain, progress: Progress): Promise<Comparison> {
  const hosts = await progress.step("booting three bare hosts", bareHosts);
  const times = { script: [] as number[], pulumi: [] as number[], unchanged: [] as number[] };
  const pulumi = stack(toolchain, hosts);
  try {
    for (let round = 1; round <= rounds; round++) {
      await makeBare(hosts);
      times.script.push(
        await timed(progress, `round ${round}: plain ssh script`, () => installByScript(hosts)),
      );
      await makeBare(hosts);
      times.pulumi.push(
        await timed(progress, `round ${round}: pulumi up`, () => pulumi("up", "--skip-preview")),
      );
      times.unchanged.push(
        await timed(progress, `round ${round}: pulumi up without changes`, () =>
          pulumi("up", "--skip-preview", "--expect-no-changes"),
        ),
      );
      await pulumi("destroy", "--skip-preview");
    }
  } finally {
    await removeHosts(hosts);
  }
  return {
    title: "from three bare hosts to three healthy voters",
    rows: [
      ["plain parallel ssh script", times.script],
      ["pulumi up --skip-preview", times.pulumi],
      ["pulumi up without changes", times.unchanged],
    ],
    ratio: { value: median(times.pulumi) / median(times.script), goal: 1.6 },
  };
}

function stack(toolchain: Toolchain, hosts: BenchHost[]) {
  const config = {
    "consul-cluster:existing": {
      servers: hosts.map((host) => ({ ...host, user: "admin", privateKeyFile })),
    },
    "consul-cluster:mirror": mirror,
    "consul-cluster:version": versions.consul,
  };
  const options: PulumiOptions = { toolchain, stack: "bench", configFile: stringify({ config }) };
  return async (...args: string[]) => {
    const { code, stdout, stderr } = await runPulumi([...args, "--yes"], options);
    if (code !== 0) throw new Failure(`pulumi ${args.join(" ")} failed:\n${stdout}${stderr}`);
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
        mirror,
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

async function makeBare(hosts: BenchHost[]): Promise<void> {
  await Promise.all(hosts.map((host) => runScript(host, "make-bare.sh")));
}

async function timed(
  progress: Progress,
  title: string,
  work: () => Promise<unknown>,
): Promise<number> {
  return progress.step(title, async () => seconds(work));
}

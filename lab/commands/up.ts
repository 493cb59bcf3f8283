import { startStoppedMachines } from "../machines/machines";
import { guardRange } from "../network/guard";
import { startResolver } from "../network/resolver";
import { prepare } from "../prepare";
import { Progress } from "../progress/progress";
import { runPulumi, startPulumi } from "../pulumi/run";
import { type ClusterStatus, clusterStatus } from "../status/cluster";
import { statusReport } from "../status/report";
import { Failure } from "../system/failure";
import { runMain } from "../system/main";
import type { Toolchain } from "../toolchain/toolchain";

// npm run dev: from a fresh clone to three servers. Run again, it changes nothing and says so.
runMain(async () => {
  const progress = new Progress();
  const { toolchain } = await prepare(progress);
  await guardRange();
  await startResolver();
  const booted = await progress.step("looking after the machines", () => startStoppedMachines());
  if (booted.length > 0) progress.note(`Booted again: ${booted.join(", ")}`);
  await pulumiUp(toolchain);
  const unchanged = booted.length === 0 && (await lastUpdateChangedNothing(toolchain));
  const outputs = await stackOutputs(toolchain);
  if (outputs.httpAddresses.length > 0) {
    const status = await progress.step("asking the cluster", () => healthyCluster(outputs));
    console.log(statusReport(status, outputs, Boolean(process.stdout.isTTY)));
  } else {
    progress.note(
      "The servers' API answers on their own hosts alone (`addresses.http`): no table.",
    );
  }
  if (unchanged) progress.note("\nNothing had to be changed.");
  return 0;
});

/** The CLI shows what it does, as it would without us. */
async function pulumiUp(toolchain: Toolchain): Promise<void> {
  const child = await startPulumi(["up", "--yes", "--skip-preview"], { toolchain }, "inherit");
  // A Ctrl-C reaches the CLI through the terminal; this process waits for what it makes of it.
  process.on("SIGINT", () => undefined);
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0)
    throw new Failure(
      "`pulumi up` failed; what it says is above. Run this again once that is mended.",
    );
}

async function lastUpdateChangedNothing(toolchain: Toolchain): Promise<boolean> {
  const history = ["stack", "history", "--json", "--page-size", "1"];
  const { stdout } = await runPulumi(history, { toolchain });
  const [last] = JSON.parse(stdout) as { resourceChanges?: Record<string, number> }[];
  return Object.keys(last?.resourceChanges ?? {}).every((kind) => kind === "same");
}

interface StackOutputs {
  httpAddresses: string[];
  dnsAddresses: string[];
  /** "" where there are no ACLs. */
  managementToken?: string;
  /** "" where there is no TLS. */
  caCertificate?: string;
}

async function stackOutputs(toolchain: Toolchain): Promise<StackOutputs> {
  const output = ["stack", "output", "--json", "--show-secrets"];
  const { code, stdout, stderr } = await runPulumi(output, { toolchain });
  if (code !== 0) throw new Failure(stderr);
  return JSON.parse(stdout);
}

/** Servers that were just booted again need some seconds until they are healthy. */
async function healthyCluster({
  httpAddresses,
  managementToken,
  caCertificate,
}: StackOutputs): Promise<ClusterStatus> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const status = await clusterStatus(httpAddresses, managementToken, caCertificate);
    const healthy =
      status?.leader !== undefined && status.servers.every((server) => server.healthy);
    if (status && (healthy || Date.now() > deadline)) return status;
    if (Date.now() > deadline) {
      throw new Failure(
        `No server answers at ${httpAddresses.join(", ")}. ` +
          "`npm run dev:down` and `npm run dev` make the machines anew.",
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "vitest";
import { labGateway } from "../../lab/network/range";
import { Progress } from "../../lab/progress/progress";
import { ensureConsul } from "../../lab/toolchain/consul";
import { versions } from "../../lab/toolchain/versions";
import type { Member } from "../support/consul";
import { addresses, api, trio, trioIsUp } from "../support/trio";
import { eventually, pause } from "../support/wait";

// An agent on this computer that tries to join. The second test shows that the first one can fail.

let agent: ChildProcess | undefined;
let folder: string;

beforeAll(trioIsUp);

afterEach(async () => {
  const ended = agent && new Promise((resolve) => agent?.once("close", resolve));
  agent?.kill("SIGINT"); // a client leaves in order
  await ended;
  agent = undefined;
  rmSync(folder, { recursive: true, force: true });
});

test("an agent with another gossip key cannot join", async () => {
  const said = await startAgent("intruder", randomBytes(32).toString("base64"));
  // The servers drop what they cannot decrypt, so all it sees is a connection that ends.
  await eventually("it has tried and failed", 20, async () =>
    /Failed to join 198\.18\.77\.21:8301.*(EOF|decrypt|reset)/.test(said()),
  );
  await pause(3000);
  expect(await members()).not.toContain("intruder");
});

test("an agent with the stack's gossip key joins", async () => {
  const { gossipKey } = await trio.outputs<{ gossipKey: string }>();
  await startAgent("guest", gossipKey);
  await eventually("it is a member", 20, async () => (await members()).includes("guest"));
});

async function members(): Promise<string[]> {
  const all = await api("test-1").get<Member[]>("/v1/agent/members");
  return all.filter(({ Status }) => Status === 1).map(({ Name }) => Name);
}

async function startAgent(name: string, key: string): Promise<() => string> {
  folder = mkdtempSync(join(tmpdir(), "consul-agent-"));
  const consul = await ensureConsul(new Progress(), versions.consul);
  let said = "";
  agent = spawn(consul.path, [
    "agent",
    ...[`-node=${name}`, `-bind=${labGateway}`, `-data-dir=${folder}`, `-encrypt=${key}`],
    ...["-http-port=18500", "-dns-port=-1", "-grpc-port=-1", "-serf-lan-port=18301"],
    ...[`-retry-join=${addresses["test-1"]}:8301`, "-retry-interval=1s"],
  ]);
  agent.stdout?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  return () => said;
}

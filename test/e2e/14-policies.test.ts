import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type PulumiResult, runPulumi } from "../../lab/pulumi/run";
import { projectFolder } from "../../lab/system/project";
import { findToolchain } from "../../lab/toolchain/toolchain";
import { nspawnSettings, type Settings, TestStack } from "../support/stack";
import { addresses, baseSettings, trio, trioIsUp } from "../support/trio";

// The policy pack in the real engine. Its rules are in test/unit/policy; here is what the engine gives them to see,
// what the last run left behind, and that a refusal ends a preview. Nothing is changed: all runs are previews.
//
// The rule about SSH speaks of AWS resources, whose plugin no registry has: test/unit/policy/ssh.test.ts alone.

const folder = mkdtempSync(join(tmpdir(), "consul-cluster-policies-"));
afterAll(() => rmSync(folder, { recursive: true }));

const policies = ["--policy-pack", "policy"];
const passed = /✅ consul-cluster@v/;

/** Only what the policies said: a violation is its policy, the resource, the description, the message. */
function refusals(said: string): string[] {
  return [...said.matchAll(/^ +- \[mandatory\].*\] {2}(.*)\n.*\n +(.*)$/gm)]
    .map(([, where, message]) => `${where?.replace(/ +/g, " ")}: ${message}`)
    .sort();
}

describe("production", () => {
  const machines = { "m-1": "198.18.77.91", "m-2": "198.18.77.92", "m-3": "198.18.77.93" };
  const stack = (more: Settings) => new TestStack("prod-policies", nspawnSettings(machines, more));
  afterAll(() => stack({}).forget());

  test("without TLS and ACLs is refused, for each server", async () => {
    const refused = refusals(await stack({}).previewThatFails(...policies));
    expect(refused).toHaveLength(6);
    for (const [index, policy] of ["acls", "acls", "acls", "tls", "tls", "tls"].entries()) {
      const step = `consul-m-${(index % 3) + 1}-config`;
      expect(refused[index]).toContain(`${policy}-in-production (command:remote:Command: ${step})`);
      expect(refused[index]).toContain(policy === "acls" ? "Set `acl: {}`" : "Set `tls: {}`");
    }
  });

  test("with both passes", async () => {
    // The machines are still to be made: whose releases they get the update will know, and the SDK says so.
    const said = await stack({ acl: {}, tls: {} }).preview(...policies);
    expect(said).toMatch(/(✅|⚠️) consul-cluster@v/);
    expect(said.match(/\[(mandatory|advisory)\].*? {2}([\w-]+) {2}\(/g) ?? []).toHaveLength(3);
    expect(said.match(/string value at \.create can't be known/g)).toHaveLength(3);
  });
});

describe("a cluster that runs", () => {
  const urn = (name: string) =>
    `urn:pulumi:trio::consul-cluster::consul-cluster:index:ConsulCluster$command:local:Command::${name}`;

  /** Its settings with these machines made anew. */
  function replaced(...names: string[]): Settings {
    const machines = Object.entries(addresses).map(([name, address]) => ({
      name,
      address,
      ...(names.includes(name) && { generation: 2 }),
    }));
    return { nspawn: { ...(baseSettings.nspawn as Settings), machines } };
  }

  test("may replace one server, rotate its key and change its settings", async () => {
    await trioIsUp();
    const gossip = { rotation: 2 };
    trio.settings = { ...baseSettings, ...replaced("test-2"), gossip, retryInterval: "11s" };
    const said = await trio.preview(...policies);
    expect(said).toMatch(/consul-test-2-machine replace/);
    expect(said).toMatch(passed);
  });

  test("may not replace two servers, nor its key without a rotation", async () => {
    trio.settings = { ...baseSettings, ...replaced("test-1", "test-3") };
    const said = await trio.previewThatFails(...policies, "--replace", urn("consul-gossip-key"));
    expect(refusals(said)).toEqual([
      expect.stringMatching(/^gossip-key-kept .*consul-gossip-key\): .*say gossip.rotation: 2$/),
      expect.stringMatching(
        /^one-server-replaced-at-a-time .*: consul\): .*: test-1, test-3\. One/,
      ),
    ]);
  });

  test("nor two by `--replace`, which the component's own guard does not see", async () => {
    trio.settings = baseSettings;
    const both = ["test-1", "test-2"].flatMap((name) => [
      "--replace",
      urn(`consul-${name}-machine`),
    ]);
    expect(refusals(await trio.previewThatFails(...policies, ...both))).toEqual([
      expect.stringContaining("test-1, test-2"),
    ]);
  });

  test("is not judged where its last run cannot be read; what is configured is heeded", async () => {
    trio.settings = baseSettings;
    const config = join(folder, "config.json");
    const settings = {
      "gossip-key-kept": { organization: "nobody" },
      "one-server-replaced-at-a-time": { enforcementLevel: "disabled" },
      "tls-in-production": { enforcementLevel: "advisory", stacks: ["tri*"] },
    };
    writeFileSync(config, JSON.stringify(settings));
    const said = await trio.previewThatFails(...policies, "--policy-pack-config", config);
    expect(refusals(said)).toEqual([expect.stringMatching(/^gossip-key-kept .*cannot be read/)]);
    expect(said).toMatch(/\[advisory\].* tls-in-production .*consul-test-1-config/);
  });
});

describe("a larger stack, a project of its own", () => {
  const project = join(folder, "shop");

  /** A cluster of this component, and another, by its types alone, of these servers. */
  async function preview(...servers: string[]): Promise<PulumiResult> {
    const { nspawn } = nspawnSettings({ "m-1": "198.18.77.91" });
    const program = `
      const { ComponentResource } = require("@pulumi/pulumi");
      const { ConsulCluster } = require(${JSON.stringify(join(projectFolder, "dist/components"))});
      new ConsulCluster("edge", { nspawn: ${JSON.stringify(nspawn)} });
      const parent = new ComponentResource("consul-cluster:index:ConsulCluster", "core");
      for (const name of ${JSON.stringify(servers)})
        new ComponentResource("consul-cluster:index:ConsulServer", "core-" + name, {}, { parent });
    `;
    writeFileSync(join(project, "index.js"), program);
    const pack = ["--policy-pack", join(projectFolder, "policy")];
    const options = { toolchain: await findToolchain(), project, stack: "shop" };
    return runPulumi(["preview", ...pack], { ...options, env: { NO_COLOR: "1" } });
  }

  test("may not have a cluster of two servers, which the component itself would refuse", async () => {
    mkdirSync(project);
    writeFileSync(join(project, "Pulumi.yaml"), "name: shop\nruntime: nodejs\nmain: index.js\n");
    symlinkSync(join(projectFolder, "node_modules"), join(project, "node_modules"));
    const two = await preview("a", "b");
    expect(refusals(two.stdout)).toEqual([
      expect.stringMatching(/^odd-number-of-servers .*: core\): .*core has 2 servers \(a, b\)/),
    ]);
    expect(two.code).not.toBe(0);
    const three = await preview("a", "b", "c");
    expect(three.stdout).toMatch(passed);
    expect(three.code).toBe(0);
  });
});
